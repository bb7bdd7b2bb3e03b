"""The waterfall: what deferred revenue will be earned, by month; it adds up to account 2100."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.invoicing.recognition import earned_by
from ledger.invoicing.schedules import Terms, terms_of
from ledger.money import ZERO
from ledger.periods import DAY, last_day, period_of
from ledger.reads import deferred_revenue as reads
from ledger.reads.deferred_revenue import Schedule
from ledger.reads.subscriptions import entities
from ledger.store.transaction import Transaction

PAGE = 1_000


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


def waterfalls(tx: Transaction, day: date, entity: str | None = None) -> list[Waterfall]:
    """Return the waterfall of every entity that defers; what is overdue is in the first month."""
    found = []
    for deferring in tx.all(reads.deferring_entities(entity)):
        (books,) = tx.all(entities(deferring.entity))
        terms = terms_of(books.currency, books.rounding, books.policies)
        months: dict[str, Decimal] = {}
        for schedule in _open(tx, deferring.entity):
            for month, amount in _months(schedule, day, terms):
                months[month] = months.get(month, ZERO) + amount
        found.append(_waterfall(deferring, months))
    return found


def _waterfall(deferring: reads.Deferring, months: dict[str, Decimal]) -> Waterfall:
    left, result = deferring.deferred, []
    for month in sorted(months):
        left -= months[month]
        result.append(Month(month, months[month], left))
    return Waterfall(deferring.entity, deferring.currency, deferring.deferred, result)


def _open(tx: Transaction, entity: str) -> Iterator[Schedule]:
    after = reads.START
    while rows := tx.all(reads.open_schedules(entity, after=after, limit=PAGE)):
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].key


def _months(schedule: Schedule, day: date, terms: Terms) -> Iterator[tuple[str, Decimal]]:
    """Yield what a schedule will earn in the month of the day and in each one after it."""
    before, end = schedule.recognised, last_day(period_of(max(day, schedule.starts_on)))
    while before != schedule.deferred:
        now = earned_by(schedule, end, terms)
        yield period_of(end), now - before
        before, end = now, last_day(period_of(end + DAY))
