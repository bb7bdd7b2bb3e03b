"""Reads of what is owed: open items, balances, payments, ageing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class OpenItem:
    """An invoice and what is open of it."""

    number: str
    entity: str
    account: str
    currency: str
    issued_on: date
    due_on: date
    total: Decimal
    applied: Decimal
    credited: Decimal
    open: Decimal
    position: int


@dataclass(frozen=True)
class Balance:
    """What an account owes, paid that no invoice took, and has to its credit."""

    account: str
    entity: str
    currency: str
    receivable: Decimal
    unapplied: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Payment:
    """A captured payment; ``applications`` are [{invoice, amount}]."""

    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    paid_on: date
    via: str
    unapplied: Decimal
    applications: list[dict[str, str]]
    stream: UUID
    version: int
    position: int
    recorded_at: datetime


@dataclass(frozen=True)
class Aged:
    """What is open of one account, by days overdue."""

    entity: str
    account: str
    currency: str
    not_due: Decimal
    days_30: Decimal
    days_60: Decimal
    days_90: Decimal
    older: Decimal
    total: Decimal


def open_items(
    accounts: Collection[str] | None = None, *, entity: str | None = None, settled: bool = False
) -> Query[OpenItem]:
    """The open items of the accounts named or of an entity, oldest due first."""
    return query(
        "receivables",
        "open_items",
        OpenItem,
        accounts=None if accounts is None else list(accounts),
        entity=entity,
        settled=settled,
    )


def balances(
    accounts: Collection[str] | None = None,
    *,
    entity: str | None = None,
    after: str = "",
    limit: int = 1_000,
) -> Query[Balance]:
    """A page of balances after an account; accounts without a document have none."""
    named = None if accounts is None else list(accounts)
    return query(
        "receivables",
        "balances",
        Balance,
        accounts=named,
        entity=entity,
        after=after,
        limit=limit if named is None else max(limit, len(named)),
    )


def payments(account: str | None = None, *, after: int = 0, limit: int = 1_000) -> Query[Payment]:
    """A page of payments after a position, oldest first."""
    return query("receivables", "payments", Payment, account=account, after=after, limit=limit)


def payment(payment: str) -> Query[Payment]:
    """One payment by its id."""
    return query("receivables", "payment", Payment, payment=payment)


def ageing(on: date, *, entity: str | None = None) -> Query[Aged]:
    """What is open per account on a day, by how long it is overdue."""
    return query("receivables", "ageing", Aged, on=on, entity=entity)
