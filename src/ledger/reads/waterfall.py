"""The waterfall: what deferred revenue will be earned, by month; it adds up to account 2100.

It stands at everything posted, or at the end of any day, as known at any position.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.invoicing.recognition import earned_by
from ledger.invoicing.schedules import Terms, terms_of
from ledger.money import ZERO
from ledger.periods import DAY, last_day, period_of
from ledger.reads import deferred_revenue as reads
from ledger.reads.deferred_revenue import Schedule, Standing
from ledger.reads.span import whole_position
from ledger.reads.subscriptions import Entity, entities
from ledger.store.transaction import Transaction

PAGE = 1_000
NEVER = date.max


@dataclass(frozen=True)
class Month:
    """What is earned in a month, and what is left deferred after it."""

    month: str
    amount: Decimal
    left: Decimal


@dataclass(frozen=True)
class Waterfall:
    """What an entity has deferred, and how it will be earned, the month of the day first."""

    entity: str
    currency: str
    deferred: Decimal
    months: list[Month]


def waterfalls(
    tx: Transaction,
    day: date,
    entity: str | None = None,
    *,
    as_of: date | None = None,
    at: int | None = None,
) -> list[Waterfall]:
    """Return the waterfall of every entity that defers; what is overdue is in the first month.

    ``day`` is in that month. ``as_of`` leaves out what is posted after a day, ``at`` what was not
    known yet at a position.
    """
    at = whole_position(tx, at)
    found = []
    for one in tx.all(entities(entity)):
        terms = terms_of(one.currency, one.rounding, one.policies)
        deferred, months = ZERO, dict[str, Decimal]()
        for schedule in _open(tx, one, as_of, at):
            deferred += schedule.left
            for month, amount in _months(schedule, day, terms):
                months[month] = months.get(month, ZERO) + amount
        if months:
            found.append(_waterfall(one, deferred, months))
    return found


def open_as_of(
    tx: Transaction, entity: str, day: date, at: int | None, customer: str | None = None
) -> Iterator[Standing]:
    """Yield the schedules that had something left to earn at the end of a day."""
    after = reads.START
    while rows := tx.all(
        reads.open_schedules_as_of(entity, day, at=at, customer=customer, after=after, limit=PAGE)
    ):
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].key


def _waterfall(one: Entity, deferred: Decimal, months: dict[str, Decimal]) -> Waterfall:
    left, result = deferred, []
    for month in sorted(months):
        left -= months[month]
        result.append(Month(month, months[month], left))
    return Waterfall(one.entity, one.currency, deferred, result)


def _open(
    tx: Transaction, one: Entity, as_of: date | None, at: int | None
) -> Iterator[Schedule | Standing]:
    """Yield open schedules: as they are now from their own rows, else from what made them so."""
    if as_of is not None or at is not None:
        yield from open_as_of(tx, one.entity, as_of or NEVER, at)
        return
    after = reads.START
    while rows := tx.all(reads.open_schedules(one.entity, after=after, limit=PAGE)):
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].key


def _months(
    schedule: Schedule | Standing, day: date, terms: Terms
) -> Iterator[tuple[str, Decimal]]:
    """Yield what a schedule will earn in the month of the day and in each one after it."""
    before, end = schedule.recognised, last_day(period_of(max(day, schedule.starts_on)))
    while before != schedule.deferred:
        now = earned_by(schedule, end, terms)
        yield period_of(end), now - before
        before, end = now, last_day(period_of(end + DAY))
