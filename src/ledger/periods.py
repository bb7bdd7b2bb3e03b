"""Days, billing periods and accounting periods. All intervals are half-open.

Owns when a billing period turns (in the billing time zone) and where a posting goes when its month
is closed. Knows no clock: days and closed periods are told.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ledger.errors import BadDate

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """The days from ``start`` to before ``end``."""

    start: date
    end: date

    @property
    def last(self) -> date:
        """The last day in it."""
        return self.end - DAY


@dataclass(frozen=True)
class Cycle:
    """How a subscription's billing periods turn: every ``interval``, on the day ``anchor``.

    They count from the last turn on or before ``starts_on``, so a start between two turns begins
    with a short period. The 31st means the last day of the month.
    """

    interval: str
    anchor: int
    starts_on: date

    def turn(self, number: int) -> date:
        """Return the first day of the period with this number; 0 holds ``starts_on``."""
        return _turn(_first(self) + number * MONTHS[self.interval], self.anchor)


def period_containing(day: date, cycle: Cycle) -> Period:
    """Return the billing period of a day on or after the cycle's start."""
    assert day >= cycle.starts_on, f"{day} is before {cycle.starts_on}"
    number = (_index(day) - _first(cycle)) // MONTHS[cycle.interval]
    if cycle.turn(number) > day:
        number -= 1
    return Period(max(cycle.turn(number), cycle.starts_on), cycle.turn(number + 1))


def interval_of(day: date, cycle: Cycle) -> Period:
    """Return the whole interval of a day, from turn to turn, also where the cycle starts in it."""
    period = period_containing(day, cycle)
    number = (_index(period.end) - _first(cycle)) // MONTHS[cycle.interval] - 1
    return Period(cycle.turn(number), period.end)


def periods_between(first: date, until: date, cycle: Cycle) -> Iterator[Period]:
    """Yield the billing periods that share a day with [first, until), uncut, in order."""
    day = max(first, cycle.starts_on)
    while day < until:
        period = period_containing(day, cycle)
        yield period
        day = period.end


@lru_cache(maxsize=8192)
def instant(day: date, tz: str) -> datetime:
    """Return the UTC instant at which a day starts in a time zone, daylight saving included.

    Where midnight is skipped, the offset before it gives the very moment of the jump, and where it
    comes twice, the first: both are the day's first moment.
    """
    return datetime.combine(day, time(), ZoneInfo(tz)).astimezone(UTC)


def local_day(at: datetime, tz: str) -> date:
    """Return the day on which an instant falls in a time zone."""
    return at.astimezone(ZoneInfo(tz)).date()


def period_of(day: date) -> str:
    """Return the accounting period of a day, like ``2026-10``."""
    return f"{day.year:04d}-{day.month:02d}"


def first_day(period: str, field: str | None = None) -> date:
    """Return the first day of an accounting period; refuse text that names none as BAD_DATE."""
    try:
        if len(period) != 7:
            raise ValueError(period)
        return date.fromisoformat(f"{period}-01")
    except (TypeError, ValueError) as error:
        raise BadDate(field=field, value=period) from error


def last_day(period: str) -> date:
    """Return the last day of an accounting period."""
    return first_day(following(period)) - DAY


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; of 29 February, the last of the month."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def following(period: str) -> str:
    """Return the accounting period after this one."""
    return period_of(first_day(period) + timedelta(days=31))


def is_open(day: date, first_period: str, closed: Collection[str]) -> bool:
    """Say whether a day lies in an open accounting period: from the first one on, not closed."""
    period = period_of(day)
    return period >= first_period and period not in closed


def posting_date(on: date, first_period: str, closed: Collection[str] = ()) -> date:
    """Return the day on which something effective ``on`` is posted.

    That day if its period is open, else the first day of the first open period.
    """
    if is_open(on, first_period, closed):
        return on
    period = first_period
    while period in closed:
        period = following(period)
    return first_day(period)


def _index(day: date) -> int:
    """Number the months through."""
    return day.year * 12 + day.month - 1


def _first(cycle: Cycle) -> int:
    """Return the month of the last turn on or before the cycle's start."""
    index = _index(cycle.starts_on)
    return index if _turn(index, cycle.anchor) <= cycle.starts_on else index - 1


@lru_cache(maxsize=8192)
def _turn(index: int, anchor: int) -> date:
    year, month = divmod(index, 12)
    return date(year, month + 1, min(anchor, monthrange(year, month + 1)[1]))
