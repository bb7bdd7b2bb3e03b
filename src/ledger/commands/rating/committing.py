"""True-ups of a subscription's commitments, once its usage is charged."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.commands.engine.ground import Ground
from ledger.commands.rating.run_terms import rate_within
from ledger.commands.rating.standing import Standing
from ledger.credits.commitments import Commitment, commitments, counts
from ledger.credits.true_up import due_commitments, true_up
from ledger.events.billing import UsageRated
from ledger.events.charges import ItemCharged
from ledger.money import round_money
from ledger.periods import Period
from ledger.rating.charge import Run
from ledger.rating.fee_charges import zeroed_fee
from ledger.rating.timeline import Agreement
from ledger.reads.subscriptions import LiveSubscription


def true_ups(
    row: LiveSubscription,
    agreement: Agreement,
    standing: Standing,
    made: Iterable[UsageRated | ItemCharged],
    through: date,
    run: Run,
    ground: Ground,
) -> Iterator[ItemCharged]:
    """Yield the next charges of a subscription's commitments, counting what was ``made`` now."""
    every = commitments(agreement, ground.plan, through)
    if not every and not standing.commitments:
        return
    latest: dict[UUID, UsageRated] = {each.originator_id: each for each in standing.usage}
    latest |= {
        each.originator_id: each
        for each in made
        if isinstance(each, UsageRated) and each.subscription == row.subscription
    }
    due, gone = due_commitments(every, standing.commitments, through)
    for before in gone:
        if found := zeroed_fee(before, run):
            yield found
    for each in due:
        usage = list(_within(each.commitment.period, latest.values(), run))
        if found := true_up(each, usage, run, _included(row, each.commitment, ground)):
            yield found


def _within(period: Period, charges: Iterable[UsageRated], run: Run) -> Iterator[Decimal]:
    """Yield what each usage charge counts whose period begins in these days."""
    for charge in charges:
        if period.start <= charge.period_from < period.end:
            due = charge.due
            if due is None:
                due = round_money(charge.amount, run.currency, run.rounding)
            yield counts(due, charge.adjustments)


def _included(row: LiveSubscription, commitment: Commitment, ground: Ground) -> Decimal | None:
    if not commitment.version.tax_inclusive:
        return None
    return rate_within(commitment.item.tax or row.tax, commitment.period.last, ground)
