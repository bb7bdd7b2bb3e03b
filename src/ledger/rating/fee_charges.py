"""Charges of recurring and one-time items: what is due of each fee, and what that changes.

A fee in arrears is accrued from day to day, as usage is: cumulative and rounded once. One in
advance is charged whole on its first day and posts nothing before a document bills it. What a
change of the subscription made is netted in the next document; what a new price made is corrected
like usage.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledger.events import streams
from ledger.events.charges import ItemCharged
from ledger.money import HUNDRED, ZERO, digits, exactly, round_half, round_ratio, trimmed
from ledger.periods import DAY, posting_date
from ledger.rating.adjustments import Adjusted, merged, taken_off
from ledger.rating.charge import Run
from ledger.rating.fees import IN_ADVANCE, IN_ARREARS, Fee, FeeKey, Policy, comes_to, fees
from ledger.rating.timeline import Agreement, VersionsOf

DEFERRED, UNBILLED, CONTRACT_ASSET = "2100", "1150", "1160"
ACCRUING = (UNBILLED, CONTRACT_ASSET)  # posted before there is a document


@dataclass(frozen=True)
class Before:
    """The charge before in a stream: was it billed, and has the subscription changed since?"""

    charge: ItemCharged
    billed: bool = False
    resubscribed: bool = False

    @property
    def key(self) -> FeeKey:
        """What tells the fees of one subscription apart; the timing stands in the id."""
        return self.charge.item, self.charge.period_from, self.charge.charge.rsplit("/", 2)[1]


@dataclass(frozen=True)
class DueFee:
    """A fee to charge, and the charge before; of one that ``moved`` days were another fee's."""

    fee: Fee
    before: Before | None = None
    moved: bool = False


def due_fees(
    agreement: Agreement, versions_of: VersionsOf, latest: Iterable[Before], through: date
) -> tuple[tuple[DueFee, ...], tuple[Before, ...]]:
    """Pair the fees with the ``latest`` charge of each stream; return what is due, and gone.

    A cut that lies ahead shortens what is not charged yet; what was charged in advance is left
    alone until the cut is reached. A fee in arrears that was counted further before stays so, also
    where its days are another fee's now: a run never takes back what a further one charged.
    """
    known = {before.key: before for before in latest}
    horizon = max([through, *(before.charge.rated_to - DAY for before in known.values())])
    every = {fee.key: fee for fee in fees(agreement, versions_of, horizon)}
    reach = _reach(known, every, through + DAY)
    found: list[DueFee] = []
    for key, fee in every.items():
        before, to = known.get(key), reach.get(key[0], through + DAY)
        if fee.timing == IN_ARREARS:
            if fee.period.start < to:
                counted = max(to, before.charge.rated_to) if before else to
                found.append(DueFee(fee.upto(counted), before, moved=to > through + DAY))
        elif fee.period.start <= through and not _ahead(fee, before, through):
            found.append(DueFee(fee, before))
    gone = tuple(
        before
        for key, before in known.items()
        if key not in every and before.charge.period_from < reach.get(key[0], through + DAY)
    )
    return tuple(found), gone


def _reach(
    known: Mapping[FeeKey, Before], every: Mapping[FeeKey, Fee], to: date
) -> dict[str, date]:
    """Return how far an item in arrears was counted, where those days are not all its own now."""
    found: dict[str, date] = {}
    for key, before in known.items():
        counted = before.charge.rated_to
        end = every[key].period.end if key in every else date.min
        if key[2] == IN_ARREARS and before.charge.amount and counted > end:
            found[key[0]] = max(to, counted, found.get(key[0], to))
    return found


def _ahead(fee: Fee, before: Before | None, through: date) -> bool:
    """Say whether what was charged is to be cut on a day that is not reached yet."""
    end = fee.period.end
    return before is not None and before.charge.period_to > end and end > through


@exactly
def charge_fee(
    due: DueFee,
    run: Run,
    adjusted: Adjusted | None = None,
    included_rate: Decimal | None = None,
) -> ItemCharged | None:
    """Return the next charge of a fee, or none where nothing changed since the one before.

    ``adjusted`` is what discounts leave of ``comes_to``; without it nothing is taken off.
    ``included_rate`` is the tax rate (per cent) within the prices of a plan with tax included; once
    the stream was billed, another rate changes nothing.
    """
    fee, before = due.fee, due.before
    amount = comes_to(fee, policy_of(run))
    if adjusted is None:
        rate = included_rate if fee.version.tax_inclusive else None
        adjusted = Adjusted(amount, net_of_tax(amount, run, rate))
    if before is None:
        return _next(due, run, amount, adjusted) if amount else None
    was = before.charge
    if before.billed and was.due == adjusted.due and fee.version.tax_inclusive:
        adjusted = replace(adjusted, accrued=was.accrued)
    made = _next(due, run, amount, adjusted)
    return None if _said(was) == _said(made) else made


def zeroed_fee(before: Before, run: Run) -> ItemCharged | None:
    """Return the charge that takes back one whose days are not charged any more; none if zero."""
    was = before.charge
    if not was.due and not was.amount:
        return None
    zero = round_half(ZERO, digits(run.currency))
    version = was.originator_version + 1
    return replace(
        was,
        originator_version=version,
        timestamp=run.at,
        causes=(was.cause,),
        charge=f"{was.charge.rpartition('/')[0]}/{version}",
        quantity=ZERO,
        amount=zero,
        delta=-was.amount,
        due=zero,
        accrued=zero,
        posted=-was.accrued if was.clears in ACCRUING else zero,
        posted_on=posting_date(run.through, run.first_period, run.closed),
        adjustments=merged((), was.adjustments, posts=was.clears in ACCRUING),
        corrects=was.charge,
        netted=before.resubscribed,
    )


def policy_of(run: Run) -> Policy:
    """Return how the entity of a run rounds and earns."""
    return Policy(digits(run.currency), run.rounding, run.schedule)


def _next(due: DueFee, run: Run, amount: Decimal, adjusted: Adjusted) -> ItemCharged:
    fee, before = due.fee, due.before
    was = before.charge if before else None
    version = was.originator_version + 1 if was else 1
    first = fee.period.start.isoformat()
    names = (fee.subscription, fee.item.item, first, fee.timing)
    clears = _clears(fee)
    accrues = clears == UNBILLED
    posted = adjusted.accrued - (was.accrued if was else ZERO)
    return ItemCharged(
        originator_id=streams.stream("charge", *names),
        originator_version=version,
        timestamp=run.at,
        causes=(*fee.causes, was.cause) if was else fee.causes,
        charge="/".join((*names, str(version))),
        entity=run.entity,
        account=run.account,
        subscription=fee.subscription,
        item=fee.item.item,
        kind=fee.kind,
        currency=run.currency,
        period_from=fee.period.start,
        period_to=fee.period.end,
        rated_to=fee.rated_to,
        quantity=trimmed(fee.quantity),
        amount=amount,
        delta=amount - (was.amount if was else ZERO),
        due=adjusted.due,
        accrued=adjusted.accrued,
        posted=posted if accrues else round_half(ZERO, digits(run.currency)),
        posted_on=_posted_on(due, run, grown=_grown(was, fee)),
        clears=clears,
        revenue_account=fee.item.revenue_account,
        plan=fee.version.plan,
        plan_version=fee.version.version,
        unit=trimmed(fee.item.amount),
        adjustments=merged(adjusted.adjustments, was.adjustments if was else (), posts=accrues),
        corrects=was.charge if was else None,
        tax_code=fee.item.tax,
        tax_inclusive=fee.version.tax_inclusive,
        netted=_netted(before, fee),
    )


def _posted_on(due: DueFee, run: Run, *, grown: bool) -> date:
    """Date what passing days add by the period's end at the latest, and all else by the run."""
    last = due.fee.period.last
    day = min(run.through, last) if grown and not due.moved else run.through
    return posting_date(day, run.first_period, run.closed)


def _grown(was: ItemCharged | None, fee: Fee) -> bool:
    """Say whether nothing but more days made the change."""
    return was is None or (was.unit, was.quantity, was.period_to) == (
        fee.item.amount,
        fee.quantity,
        fee.period.end,
    )


def _netted(before: Before | None, fee: Fee) -> bool:
    """Say whether a change of the subscription made the change, and not another price."""
    if before is None or not before.resubscribed:
        return False
    was, version = before.charge, fee.version
    if was.plan == version.plan and was.unit != fee.item.amount:
        return False
    return (was.plan, was.quantity, was.period_to) != (version.plan, fee.quantity, fee.period.end)


def net_of_tax(due: Decimal, run: Run, included_rate: Decimal | None) -> Decimal:
    """Return what is due without the tax that its price includes."""
    if included_rate is None:
        return due
    return round_ratio(due, HUNDRED, HUNDRED + included_rate, digits(run.currency), run.rounding)


def _clears(fee: Fee) -> str:
    """Return the account that a document line of a fee credits."""
    if fee.timing == IN_ARREARS:
        return UNBILLED
    return DEFERRED if fee.timing == IN_ADVANCE else fee.item.revenue_account


def _said(charge: ItemCharged) -> tuple[object, ...]:
    """Return what a charge says; one that would say the same again is not made."""
    return (
        (charge.amount, charge.due, charge.accrued, charge.quantity, charge.unit),
        (charge.period_to, charge.tax_code, charge.tax_inclusive, charge.clears),
        (charge.revenue_account, taken_off(charge.adjustments)),
    )
