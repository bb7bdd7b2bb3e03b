"""The charges of a batch of accounts: what is due, measured at once, priced, adjusted, charged.

Both runs come here. ``rate_usage`` charges everything; ``issue_invoices`` charges what needs no
usage before it bills, and leaves a fee in arrears alone until its interval is finished.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from ledger.catalog.versions import tax_rate_on
from ledger.commands.adjusting import Batched, Key, adjusted, reached
from ledger.commands.ground import Ground
from ledger.commands.measuring import Candidate, measured, reach
from ledger.commands.restored import agreement_of
from ledger.commands.standing import Standing, standing_of
from ledger.commands.unchanged import changed
from ledger.events.billing import UsageRated
from ledger.events.charges import ItemCharged
from ledger.money import ZERO
from ledger.periods import DAY, instant
from ledger.rating.adjustments import Adjusted
from ledger.rating.charge import Measured, Run, charge, zeroed
from ledger.rating.fee_charges import DueFee, charge_fee, due_fees, zeroed_fee
from ledger.rating.fees import IN_ARREARS
from ledger.rating.groups import label
from ledger.rating.timeline import Agreement
from ledger.rating.windows import due
from ledger.reads.subscriptions import LiveSubscription

Charge = UsageRated | ItemCharged


def charges_of(
    rows: Sequence[LiveSubscription], through: date, ground: Ground, *, usage: bool = True
) -> dict[str, list[Charge]]:
    """Return the next charges of these subscriptions, by account; none where nothing changed."""
    agreements = {row.subscription: agreement_of(row) for row in rows}
    _load(rows, agreements.values(), ground)
    standing = standing_of(rows, ground)
    made: dict[str, list[Charge]] = {row.account: [] for row in rows}
    batched = Batched()
    candidates: list[Candidate] = []
    for row in rows:
        agreement, stands = agreements[row.subscription], standing[row.subscription]
        run = run_of(row, through, ground)
        fees, lost = due_fees(agreement, ground.plan, stands.fees, through)
        batched.fees += [(row, each) for each in fees if usage or _finished(each, through)]
        made[row.account] += [found for each in lost if (found := zeroed_fee(each, run))]
        if usage:
            dues, gone = due(agreement, ground.plan, stands.usage, through, row.time_zone)
            candidates += [Candidate(row, each) for each in dues]
            made[row.account] += _zeroed(row, gone, run, stands, ground)
    if usage:
        whole = reached(made, ground)
        candidates = changed(candidates, standing, whole, ground)
        batched.usage += measured(candidates, ground)
    taken = adjusted(batched, standing, ground)
    for row, fee in batched.fees:
        made[row.account] += _charged_fee(row, fee, taken, run_of(row, through, ground), ground)
    for candidate, sets in batched.usage:
        stands = standing[candidate.row.subscription]
        run = run_of(candidate.row, through, ground)
        made[candidate.row.account] += _charged(candidate, sets, stands, taken, run, ground)
    return {account: found for account, found in made.items() if found}


def run_of(row: LiveSubscription, through: date, ground: Ground) -> Run:
    """Return what all charges of a subscription's account share."""
    entity = ground.entity(row.entity)
    return Run(
        entity=row.entity,
        account=row.account,
        currency=row.currency,
        rounding=entity.rounding,
        through=through,
        at=instant(through, entity.time_zone),
        first_period=entity.first_period,
        schedule=entity.policies.get("revenue_schedule", "daily"),
    )


def _load(
    rows: Sequence[LiveSubscription], agreements: Iterable[Agreement], ground: Ground
) -> None:
    ground.load("entity", {row.entity for row in rows})
    plans = {plan for agreement in agreements for plan in agreement.plans}
    ground.load("plan", plans)
    versions = [version for plan in plans for version in ground.plan(plan)]
    ground.load("meter", {item.meter for version in versions for item in version.usage_items})
    codes = {item.tax for version in versions for item in version.items}
    codes |= {row.tax for row in rows}
    ground.load("tax", {code for code in codes if code is not None})


def _finished(due_fee: DueFee, through: date) -> bool:
    """Say whether a fee may be charged without accruing part of an interval."""
    fee = due_fee.fee
    return fee.timing != IN_ARREARS or fee.period.end <= through + DAY


def _zeroed(
    row: LiveSubscription,
    gone: Iterable[UsageRated],
    run: Run,
    standing: Standing,
    ground: Ground,
) -> Iterator[UsageRated]:
    for each in gone:
        resubscribed = each.originator_id in standing.resubscribed
        position = reach(row, [each], ground)
        if found := zeroed(each, run, position, resubscribed=resubscribed):
            yield found


def _charged_fee(
    row: LiveSubscription, due_fee: DueFee, taken: Mapping[Key, Adjusted], run: Run, ground: Ground
) -> Iterator[ItemCharged]:
    fee, included = due_fee.fee, None
    if fee.version.tax_inclusive:
        day = fee.period.last if fee.timing == IN_ARREARS else fee.period.start
        included = rate_within(fee.item.tax or row.tax, day, ground)
    key = (row.subscription, *fee.key)
    if found := charge_fee(due_fee, run, taken.get(key), included):
        yield found


def _charged(
    candidate: Candidate,
    sets: Sequence[Measured],
    standing: Standing,
    taken: Mapping[Key, Adjusted],
    run: Run,
    ground: Ground,
) -> list[UsageRated]:
    """Return the next charges of a window; where its facts changed there is always one at least.

    Of the groups of an item only those are charged anew of which something changed. If all of them
    stand, the first takes note of the facts, for instance of usage that a filter leaves out.
    """
    row, window = candidate.row, candidate.due.window
    included = None
    if window.version.tax_inclusive:
        included = rate_within(window.item.tax or row.tax, window.period.last, ground)

    def next_charge(each: Measured, *, noted: bool = False) -> UsageRated | None:
        of_group = candidate.due.of_group(each.group)
        stream = of_group.previous.originator_id if of_group.previous else None
        group = label(each.group) if each.group else ""
        return charge(
            of_group,
            each,
            run,
            included,
            billed=stream in standing.billed,
            noted=noted,
            resubscribed=stream in standing.resubscribed,
            adjusted=taken.get((row.subscription, *window.key, group)),
        )

    made = [found for each in sets if (found := next_charge(each))]
    noted = [*candidate.due.groups, *made]
    seen = {(before.usage.facts, before.usage.digest) for before in noted}
    if candidate.due.groups and (sets[0].usage.facts, sets[0].usage.digest) not in seen:
        made += [found for each in sets[:1] if (found := next_charge(each, noted=True))]
    return made


def rate_within(code: str | None, day: date, ground: Ground) -> Decimal:
    """Return the tax rate within a price; nothing where there is no tax that day."""
    rate = tax_rate_on(ground.tax_rates(code), day) if code is not None else None
    return rate.rate if rate is not None else ZERO
