"""The group's statement as of a day, as the books stood at a position."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from ledger.catalog.exchange import rate_on
from ledger.consolidation.statement import Consolidation, consolidated
from ledger.consolidation.translation import Presented
from ledger.errors import NoExchangeRate
from ledger.events.exchange import Exchange
from ledger.reads.chart import charted
from ledger.reads.exchange import ExchangeRate, exchange_rates
from ledger.reads.intercompany import Reference, eliminable, references
from ledger.reads.journal import translatable
from ledger.reads.subscriptions import entities
from ledger.store.transaction import Transaction

PAGE = 1_000


@dataclass(frozen=True)
class Group:
    """A statement with the day it is of, and the charges of which the two sides differ."""

    as_of: date
    statement: Consolidation
    unmatched: tuple[Reference, ...]


def group(
    tx: Transaction, as_of: date, *, currency: str | None = None, at: int | None = None
) -> Group | None:
    """Return the statement in a currency, by default that of the entity registered first.

    None where there is no entity. Raises ``NoExchangeRate`` and ``BadCurrency``.
    """
    found = tx.all(entities())
    if not found:
        return None
    shown = currency or min(found, key=lambda one: one.position).currency
    presented = Presented(shown, as_of, _rates(tx, shown, at))
    held = tx.all(translatable(as_of, charted(tx, at).results, at=at))
    statement = consolidated(held, tx.all(eliminable(as_of, at=at)), presented)
    return Group(as_of, statement, _unmatched(tx, as_of, at))


def _rates(tx: Transaction, quote: str, at: int | None) -> Callable[[str, date], Exchange]:
    """Return the rates into a currency, of those that were known at the position."""

    @cache
    def rates_of(base: str) -> list[ExchangeRate]:
        rows = [*tx.all(exchange_rates(base, quote)), *tx.all(exchange_rates(quote, base))]
        return [row for row in rows if at is None or row.position <= at]

    @cache
    def rate(base: str, day: date) -> Exchange:
        found = rate_on(rates_of(base), base, quote, day)
        if found is None:
            raise NoExchangeRate(base=base, quote=quote, on=day)
        return found

    return rate


def _unmatched(tx: Transaction, as_of: date, at: int | None) -> tuple[Reference, ...]:
    found: list[Reference] = []
    after = ""
    while rows := tx.all(references(as_of=as_of, at=at, after=after, limit=PAGE)):
        found += [row for row in rows if not row.matched]
        after = rows[-1].reference
        if len(rows) < PAGE:
            break
    return tuple(found)
