"""Charges: what a window costs as known now, and its delta against what was charged before.

Amounts are cumulative and exact. The accrual is the rounded cumulative amount less what was posted,
never a rounded delta: three days of 0.335 post 0.34, 0.33 and 0.34, which is 1.01.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from ledger.events import streams
from ledger.events.billing import Unpriced, UsageRated, UsageSet
from ledger.events.charges import Adjustment
from ledger.money import EXACT, HUNDRED, ZERO, digits, exactly, round_half, round_ratio, trimmed
from ledger.periods import posting_date
from ledger.rating.adjustments import Adjusted, merged, taken_off
from ledger.rating.events import Carried, Percents
from ledger.rating.groups import label
from ledger.rating.models import NOTHING, Group, Rated, price
from ledger.rating.windows import Due, Window

NOTHING_DIGEST = sha256(b"").hexdigest()


@dataclass(frozen=True)
class Measured:
    """The usage of a window, or of one ``group`` of it, at a position: its set and its quantity.

    ``parts`` are by the dimensions of a matrix, ``events`` what prices by event came to. A group
    that was charged before and holds nothing any more has ``vanished``; where the item has no such
    groups any more it ``is_regrouped`` too, and is of no window. Units ``drawn``
    from grants are not priced.
    """

    usage: UsageSet
    quantity: Decimal
    parts: tuple[Group, ...] = ()
    events: Percents | Carried | None = None
    group: dict[str, str] = field(default_factory=dict)
    untaken: Unpriced | None = None
    vanished: bool = False
    is_regrouped: bool = False
    drawn: Decimal = ZERO


@dataclass(frozen=True)
class Run:
    """What all charges of one account in one run share.

    ``at`` is when the charges occur: the start of the day ``through`` in the entity's time zone.
    ``schedule`` is how the entity earns what is paid in advance: daily or monthly.
    """

    entity: str
    account: str
    currency: str
    rounding: str
    through: date
    at: datetime
    first_period: str
    closed: Collection[str] = ()
    schedule: str = "daily"


@exactly
def charge(
    due: Due,
    measured: Measured,
    run: Run,
    included_rate: Decimal | None = None,
    *,
    billed: bool = False,
    noted: bool = False,
    resubscribed: bool = False,
    adjusted: Adjusted | None = None,
) -> UsageRated | None:
    """Return the next charge of a window, or none where nothing changed since the one before.

    ``included_rate`` is the tax rate (per cent) within the prices of a plan with tax included. Once
    the stream was ``billed``, its documents say what tax that is: another rate changes nothing.
    Facts that change no group of an item with groups are ``noted`` by one of them nevertheless.
    ``resubscribed`` says that the subscription changed since the charge before, and ``adjusted``
    what discounts and credit leave of the amount.
    """
    window, previous = due.window, due.previous
    rated = priced(window, measured)
    if adjusted is None or not adjusted.adjustments:
        due_amount = round_half(rated.amount, digits(run.currency), run.rounding)
        adjusted = Adjusted(due_amount, _accrued(rated.amount, window, run, included_rate))
    accrued = adjusted.accrued
    if previous is None and not rated.amount and (measured.vanished or not measured.usage.facts):
        return None
    kept = previous.accrued if previous is not None and billed else accrued
    same = previous is not None and _same(previous, window, measured, rated, kept)
    if previous is not None and not noted and same and _takes_the_same(previous, adjusted):
        return None
    return _next(due, measured, run, rated, adjusted, resubscribed)


@exactly
def zeroed(
    previous: UsageRated, run: Run, to_position: int, *, resubscribed: bool = False
) -> UsageRated | None:
    """Return the charge that takes back one whose window is gone, or none where it is zero.

    Its window is empty, and so is its usage set. It keeps the period, so that the books show what
    service is taken back, and it is dated ``through``: a plan made it necessary, not usage.
    """
    if previous.window_from == previous.window_to and not previous.amount:
        return None
    version = previous.originator_version + 1
    accrued = round_half(ZERO, digits(run.currency))
    return replace(
        previous,
        originator_version=version,
        timestamp=run.at,
        causes=(previous.cause,),
        charge=f"{previous.charge.rpartition('/')[0]}/{version}",
        window_to=previous.window_from,
        quantity=ZERO,
        amount=ZERO,
        delta=trimmed(-previous.amount),
        accrued=accrued,
        posted=accrued - previous.accrued,
        posted_on=posting_date(run.through, run.first_period, run.closed),
        due=accrued,
        adjustments=merged((), previous.adjustments),
        netted=resubscribed,
        usage=UsageSet(previous.usage.lane, to_position, 0, 0, NOTHING_DIGEST),
        tiers=(),
        unpriced=None,
        untaken=None,
        corrects=previous.charge,
    )


@exactly
def priced(window: Window, measured: Measured) -> Rated:
    """Return what the usage of a window, or of one group of it, costs; exact."""
    if measured.vanished:
        return NOTHING
    quantity = measured.quantity - measured.drawn
    rated = price(window.item, quantity, measured.parts, measured.events, term=window.term)
    return replace(rated, quantity=trimmed(measured.quantity)) if measured.drawn else rated


def _next(
    due: Due, measured: Measured, run: Run, rated: Rated, adjusted: Adjusted, resubscribed: bool
) -> UsageRated:
    window, previous = due.window, due.previous
    accrued = adjusted.accrued
    delta = trimmed(rated.amount - (previous.amount if previous else ZERO))
    posted = accrued - (previous.accrued if previous else ZERO)
    version = previous.originator_version + 1 if previous else 1
    first = window.period.start.isoformat()
    named = (first, label(measured.group)) if measured.group else (first,)
    adjustments = merged(adjusted.adjustments, previous.adjustments if previous else ())
    by_price = due.repriced or bool(posted and not delta) or _moved(previous, measured, adjustments)
    return UsageRated(
        originator_id=streams.stream("charge", window.subscription, window.item.item, *named),
        originator_version=version,
        timestamp=run.at,
        causes=(*window.causes, previous.cause) if previous else window.causes,
        charge="/".join((window.subscription, window.item.item, *named, str(version))),
        entity=run.entity,
        account=run.account,
        subscription=window.subscription,
        item=window.item.item,
        meter=window.item.meter,
        plan=window.version.plan,
        plan_version=window.version.version,
        currency=run.currency,
        period_from=window.period.start,
        period_to=window.period.end,
        rated_to=window.rated_to,
        window_from=window.window_from,
        window_to=window.window_from if measured.is_regrouped else window.window_to,
        quantity=rated.quantity,
        amount=rated.amount,
        delta=delta,
        accrued=accrued,
        posted=posted,
        posted_on=_posted_on(due, run, by_price=by_price),
        usage=measured.usage,
        tiers=rated.tiers,
        unpriced=rated.unpriced,
        corrects=previous.charge if previous else None,
        tax_code=window.item.tax,
        tax_inclusive=window.version.tax_inclusive,
        revenue_account=window.item.revenue_account,
        filter=window.item.filter,
        group=measured.group,
        untaken=measured.untaken,
        due=adjusted.due,
        adjustments=adjustments,
        netted=resubscribed and previous is not None and _netted(previous, window),
    )


def _moved(
    previous: UsageRated | None, measured: Measured, adjustments: Iterable[Adjustment]
) -> bool:
    """Say whether discounts or credit made the change, over the same usage as before."""
    if previous is None or previous.usage.digest != measured.usage.digest:
        return False
    return any(each.posted for each in adjustments)


def _netted(previous: UsageRated, window: Window) -> bool:
    """Say whether a change of the subscription made the change, and not another price."""
    version = window.version
    if previous.plan == version.plan and previous.plan_version != version.version:
        return False
    return (previous.plan, previous.period_to) != (version.plan, window.period.end)


def _takes_the_same(previous: UsageRated, adjusted: Adjusted) -> bool:
    taken = taken_off(previous.adjustments) == taken_off(adjusted.adjustments)
    return taken and previous.due in (None, adjusted.due)


def _posted_on(due: Due, run: Run, by_price: bool) -> date:
    """Date a delta: of usage by the service period's end at the latest, of a price by the run."""
    day = run.through if by_price else min(run.through, due.window.period.last)
    return posting_date(day, run.first_period, run.closed)


def _accrued(amount: Decimal, window: Window, run: Run, rate: Decimal | None) -> Decimal:
    """Round the cumulative amount to minor units, without the tax that its price includes."""
    places = digits(run.currency)
    if not window.version.tax_inclusive:
        return round_half(amount, places, run.rounding)
    assert rate is not None, "prices that include tax need its rate"
    return round_ratio(amount, HUNDRED, EXACT.add(HUNDRED, rate), places, run.rounding)


def _same(
    previous: UsageRated, window: Window, measured: Measured, rated: Rated, accrued: Decimal
) -> bool:
    """Say whether a charge would repeat the one before; a window that only grew repeats it.

    A group repeats it also where usage of other groups came in: its own set is the same.
    """
    before, now = previous.usage, measured.usage
    seen = (before.facts, before.digest) == (now.facts, now.digest) or bool(measured.group)
    return (
        seen
        and (before.lane, before.count, before.carried) == (now.lane, now.count, now.carried)
        and (previous.quantity, previous.amount, previous.accrued)
        == (rated.quantity, rated.amount, accrued)
        and previous.untaken == measured.untaken
        and (previous.plan, previous.plan_version) == (window.version.plan, window.version.version)
        and (previous.period_to, previous.window_from) == (window.period.end, window.window_from)
    )
