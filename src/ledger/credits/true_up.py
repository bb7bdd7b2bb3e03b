"""Charges of commitments: what is missing of a minimum, and what that changes.

Usage that comes late, and whatever else changes it, changes what is missing: the next charge names
the one that it corrects. A straight line is accrued as a contract asset; as billed posts nothing
before its document.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledger.credits.commitments import STRAIGHT_LINE, Commitment, shortfall
from ledger.events import streams
from ledger.events.charges import ItemCharged
from ledger.money import ONE, ZERO, digits, exactly, round_half
from ledger.periods import posting_date
from ledger.rating.charge import Run
from ledger.rating.fee_charges import CONTRACT_ASSET, Before, net_of_tax


@dataclass(frozen=True)
class DueCommitment:
    """A commitment to charge, and the charge before in its stream."""

    commitment: Commitment
    before: Before | None = None


def due_commitments(
    every: Sequence[Commitment], latest: Iterable[Before], through: date
) -> tuple[tuple[DueCommitment, ...], tuple[Before, ...]]:
    """Pair commitments with the ``latest`` charge of each stream; return what is due, and gone.

    One that was counted further than this run goes stays as far as it was.
    """
    known = {before.key: before for before in latest}
    keys = {each.key for each in every}
    due = []
    for each in every:
        before = known.get(each.key)
        if before is not None:
            counted = min(each.period.end, max(each.rated_to, before.charge.rated_to))
            each = replace(each, rated_to=counted)
        due.append(DueCommitment(each, before))
    gone = (b for key, b in known.items() if key not in keys and b.charge.period_from <= through)
    return tuple(due), tuple(gone)


@exactly
def true_up(
    due: DueCommitment,
    usage: Iterable[Decimal],
    run: Run,
    included_rate: Decimal | None = None,
) -> ItemCharged | None:
    """Return the next charge of a commitment, or none where nothing changed.

    ``usage`` are the net charges that count, as prices state them; ``included_rate`` is the tax
    rate (per cent) within them, which a billed charge keeps as its documents say it.
    """
    commitment, before = due.commitment, due.before
    missing = shortfall(commitment, usage, run.rounding)
    was = before.charge if before else None
    if was is None and not missing:
        return None
    accrued = net_of_tax(missing, run, included_rate if commitment.version.tax_inclusive else None)
    if before is not None and before.billed and was is not None and was.due == missing:
        accrued = was.accrued
    made = _next(due, run, missing, accrued)
    return None if was is not None and _said(was) == _said(made) else made


def _next(due: DueCommitment, run: Run, missing: Decimal, accrued: Decimal) -> ItemCharged:
    commitment, was = due.commitment, due.before.charge if due.before else None
    item, version = commitment.item, was.originator_version + 1 if was else 1
    names = (commitment.subscription, item.item, commitment.period.start.isoformat(), item.policy)
    straight = item.policy == STRAIGHT_LINE
    posted = accrued - (was.accrued if was else ZERO)
    return ItemCharged(
        originator_id=streams.stream("charge", *names),
        originator_version=version,
        timestamp=run.at,
        causes=(*commitment.causes, was.cause) if was else commitment.causes,
        charge="/".join((*names, str(version))),
        entity=run.entity,
        account=run.account,
        subscription=commitment.subscription,
        item=item.item,
        kind="commitment",
        currency=run.currency,
        period_from=commitment.period.start,
        period_to=commitment.period.end,
        rated_to=commitment.rated_to,
        quantity=ONE,
        amount=missing,
        delta=missing - (was.amount if was else ZERO),
        due=missing,
        accrued=accrued,
        posted=posted if straight else round_half(ZERO, digits(run.currency)),
        posted_on=_posted_on(due, run),
        clears=CONTRACT_ASSET if straight else item.revenue_account,
        revenue_account=item.revenue_account,
        plan=commitment.version.plan,
        plan_version=commitment.version.version,
        unit=item.amount,
        corrects=was.charge if was else None,
        tax_code=item.tax,
        tax_inclusive=commitment.version.tax_inclusive,
        netted=_netted(due),
    )


def _posted_on(due: DueCommitment, run: Run) -> date:
    """Date what days and usage change by the interval's end at the latest, all else by the run."""
    was, commitment = due.before.charge if due.before else None, due.commitment
    same = was is None or (was.unit, was.period_to) == (
        commitment.item.amount,
        commitment.period.end,
    )
    day = min(run.through, commitment.period.last) if same else run.through
    return posting_date(day, run.first_period, run.closed)


def _netted(due: DueCommitment) -> bool:
    """Say whether a change of the subscription cut the interval, and not another price."""
    before = due.before
    if before is None or not before.resubscribed:
        return False
    return before.charge.period_to != due.commitment.period.end


def _said(charge: ItemCharged) -> tuple[object, ...]:
    """Return what a charge says; one that would say the same again is not made."""
    return (
        (charge.due, charge.accrued, charge.unit, charge.period_to),
        (charge.tax_code, charge.tax_inclusive, charge.clears, charge.revenue_account),
    )
