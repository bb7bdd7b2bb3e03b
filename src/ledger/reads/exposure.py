"""What entities hold and owe in other currencies, and what exchange rates make of it.

The sums of what a revaluation looks at position by position, so that both show the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.catalog.exchange import rate_on
from ledger.events.exchange import Exchange
from ledger.money import ZERO
from ledger.posting.revaluation import revalued_accounts
from ledger.reads import revaluation as reads
from ledger.reads.exchange import exchange_rates_on
from ledger.reads.subscriptions import Entity, entities
from ledger.receivables.revaluation import Position, revalued
from ledger.store.transaction import Transaction

PAGE = 1_000


@dataclass(frozen=True)
class Exposure:
    """What one account holds in one currency at the end of a day, debit positive.

    ``amount`` is in ``foreign_currency``; the others in the entity's: ``carried`` without any
    revaluation, ``closing`` by the rate of the day, ``posted`` of the difference by revaluations,
    and ``due`` what is not. Without a rate there is no closing amount.
    """

    entity: str
    currency: str
    account: str
    foreign_currency: str
    amount: Decimal
    carried: Decimal
    posted: Decimal
    exchange: Exchange | None
    closing: Decimal | None
    due: Decimal | None


def exposures(
    tx: Transaction, *, entity: str | None = None, as_of: date, at: int | None = None
) -> Iterator[Exposure]:
    """Yield what entities hold in other currencies, by currency and account, as at a position."""
    for books in tx.all(entities(entity, on=as_of)):
        accounts = revalued_accounts(books.policies)
        held = reads.foreign_currencies(accounts, entity=books.entity, as_of=as_of, at=at)
        for row in tx.all(held):
            rates = tx.all(exchange_rates_on(row.foreign_currency, books.currency, as_of, at))
            exchange = rate_on(rates, row.foreign_currency, books.currency, as_of)
            found: dict[str, Exposure] = {}
            for position in _positions(tx, books, row.foreign_currency, as_of, at):
                one = _exposure(position, books, exchange)
                found[one.account] = _sum(found.get(one.account), one)
            yield from found.values()


def _positions(
    tx: Transaction, books: Entity, currency: str, as_of: date, at: int | None
) -> Iterator[Position]:
    accounts, after = revalued_accounts(books.policies), reads.START
    while True:
        page = reads.positions(
            books.entity, currency, accounts, as_of=as_of, at=at, after=after, limit=PAGE
        )
        rows = tx.all(page)
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].key


def _exposure(position: Position, books: Entity, exchange: Exchange | None) -> Exposure:
    shown = revalued(position, exchange, books.rounding) if exchange is not None else None
    return Exposure(
        entity=books.entity,
        currency=books.currency,
        account=position.account,
        foreign_currency=position.currency,
        amount=position.amount,
        carried=position.carried,
        posted=position.posted,
        exchange=exchange,
        closing=shown.closing if shown else None,
        due=shown.posted if shown else None,
    )


def _sum(before: Exposure | None, one: Exposure) -> Exposure:
    if before is None:
        return one
    return Exposure(
        entity=one.entity,
        currency=one.currency,
        account=one.account,
        foreign_currency=one.foreign_currency,
        amount=before.amount + one.amount,
        carried=before.carried + one.carried,
        posted=before.posted + one.posted,
        exchange=one.exchange,
        closing=_plus(before.closing, one.closing),
        due=_plus(before.due, one.due),
    )


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None else one + (other or ZERO)
