"""When deferred revenue is recognised: at each month's end, cumulative, so schedules end exactly.

What was missed is caught up by the dates that are left; what a change took back or added is caught
up at the first one after it. Nothing is recognised before its document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from ledger.invoicing.schedules import Terms
from ledger.money import exactly
from ledger.periods import DAY, last_day, period_of
from ledger.rating.schedule import earned


class Earning(Protocol):
    """So much, earned over these days."""

    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def deferred(self) -> Decimal: ...


class Deferral(Earning, Protocol):
    """A schedule of revenue as it stands: what it defers, over which days, what is recognised."""

    @property
    def opened_on(self) -> date: ...
    @property
    def changed_on(self) -> date: ...
    @property
    def recognised(self) -> Decimal: ...
    @property
    def recognised_to(self) -> date | None: ...


@dataclass(frozen=True)
class Step:
    """What is earned by the end of ``day``: in all, and since the step before."""

    day: date
    cumulative: Decimal
    posted: Decimal


@exactly
def steps(schedule: Deferral, through: date, terms: Terms) -> list[Step]:
    """Return what to recognise of a schedule up to the end of a day; nothing twice."""
    result: list[Step] = []
    before = schedule.recognised
    for day in _days(schedule, through):
        now = earned_by(schedule, day, terms)
        if now != before:
            result.append(Step(day, now, now - before))
        before = now
    return result


def earned_by(schedule: Earning, day: date, terms: Terms) -> Decimal:
    """Return what of a schedule is earned by the end of a day."""
    return earned(
        schedule.deferred,
        schedule.starts_on,
        schedule.ends_on,
        day + DAY,
        terms.policy,
        terms.places,
        terms.mode,
    )


def _days(schedule: Deferral, through: date) -> Iterator[date]:
    """Yield the months' ends up to ``through``, and that day, on which something may be earned."""
    first = max(schedule.starts_on, schedule.opened_on)
    if schedule.recognised_to is not None:
        if through < schedule.recognised_to:
            return
        first = max(first, min(schedule.recognised_to + DAY, through))
    if through < first:
        return
    day = last_day(period_of(first))
    while day < through:
        yield day
        if day >= max(schedule.ends_on - DAY, schedule.changed_on):
            return
        day = last_day(period_of(day + DAY))
    yield through
