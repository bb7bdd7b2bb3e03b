"""What a plan includes: which items hold on a day, over which period, and how much is left.

The period is the item's, counted from the subscription's start; another plan or version in between
changes the limit and starts no new period: what was used since it began counts against the new
limit. 1,000 calls, 1,200 used: −200 remain, 120 per cent; after an upgrade to 5,000, 3,800 remain.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.catalog.records import EntitlementItem
from ledger.events.fact import Cause
from ledger.metering import LEVEL, level
from ledger.money import EXACT, HUNDRED, round_ratio, trimmed
from ledger.periods import DAY, Cycle, Period, instant, period_containing
from ledger.rating.timeline import Agreement, Terms, VersionsOf, timeline

PERCENT_PLACES = 2


@dataclass(frozen=True)
class Entitled:
    """An item of a subscription in one period: [``window_from``, ``window_to``) in UTC.

    ``seconds`` are those of the uncut period, over which a level counts.
    """

    account: str
    subscription: str
    item: EntitlementItem
    period: Period
    window_from: datetime
    window_to: datetime
    seconds: Decimal
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class Standing:
    """An entitlement and what is used of it; more than everything may be."""

    entitled: Entitled
    used: Decimal

    @property
    def limit(self) -> Decimal:
        """What is included."""
        return self.entitled.item.limit

    @property
    def remaining(self) -> Decimal:
        """What is left, below zero when more was used."""
        return EXACT.subtract(self.limit, self.used)

    @property
    def percent(self) -> Decimal:
        """How much of the limit is used, in per cent to two places."""
        return percent_of(self.used, self.limit)

    @property
    def blocked(self) -> bool:
        """Whether a gate stops further usage."""
        return self.entitled.item.block and self.used >= self.limit

    @property
    def crossed(self) -> tuple[Decimal, ...]:
        """The per cents to notify at that are reached."""
        return reached(self.entitled.item.notify_at, self.used, self.limit)


def entitled(
    agreement: Agreement, versions_of: VersionsOf, day: date, tz: str
) -> tuple[Entitled, ...]:
    """Return what a subscription includes on a day, in the order of its plan's items."""
    terms = _on(timeline(agreement, versions_of, day + DAY), day)
    if terms is None:
        return ()
    return tuple(
        _in_period(agreement, item, terms, day, tz) for item in terms.version.entitlement_items
    )


def quantity_of(entitled: Entitled, aggregation: str, measured: Decimal) -> Decimal:
    """Return what is used from what was measured; a level comes in level-seconds."""
    return level(measured, entitled.seconds) if aggregation == LEVEL else trimmed(measured)


def percent_of(quantity: Decimal, limit: Decimal) -> Decimal:
    """Return how many per cent of a limit a quantity is, to two places."""
    return round_ratio(quantity, HUNDRED, limit, PERCENT_PLACES)


def reached(notify_at: Iterable[Decimal], quantity: Decimal, limit: Decimal) -> tuple[Decimal, ...]:
    """Return the per cents of a limit that a quantity is at or above, exactly."""
    scaled = EXACT.multiply(quantity, HUNDRED)
    return tuple(each for each in notify_at if scaled >= EXACT.multiply(each, limit))


def _on(terms: Sequence[Terms], day: date) -> Terms | None:
    return next((each for each in terms if each.start <= day < each.end), None)


def _in_period(
    agreement: Agreement, item: EntitlementItem, terms: Terms, day: date, tz: str
) -> Entitled:
    started = agreement.started
    cycle = Cycle(item.interval, started.anchor, started.starts_on)
    period = period_containing(day, cycle)
    end = min(period.end, agreement.ends_on)
    whole = instant(period.end, tz) - instant(_turned(period, cycle), tz)
    return Entitled(
        account=started.account,
        subscription=started.subscription,
        item=item,
        period=Period(period.start, end),
        window_from=instant(period.start, tz),
        window_to=instant(end, tz),
        seconds=Decimal(int(whole.total_seconds())),
        causes=terms.causes,
    )


def _turned(period: Period, cycle: Cycle) -> date:
    """Return the day on which an uncut period began, which may be before the subscription did."""
    if period.start > cycle.starts_on:
        return period.start
    return cycle.turn(0)
