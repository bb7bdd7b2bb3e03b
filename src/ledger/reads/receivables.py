"""Reads of what is owed: open items, balances, ageing, statements, payments.

Those with ``as_of`` and ``at`` answer for the end of any day, as the books stood at any position of
lane 0; without them everything counts that is posted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
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
    disputed: Decimal
    written_off: Decimal
    open: Decimal
    position: int


@dataclass(frozen=True)
class Balance:
    """What an account owes, disputes, paid that no invoice took, and has to its credit."""

    account: str
    entity: str
    currency: str
    receivable: Decimal
    disputed: Decimal
    unapplied: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Payment:
    """A captured payment; ``applications`` are [{invoice, amount}] as it is applied now."""

    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    paid_on: date
    via: str
    unapplied: Decimal
    disputed: Decimal
    returned: Decimal
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


@dataclass(frozen=True)
class Moved:
    """One line of a statement: how a fact moved each balance; the opening has no position."""

    position: int
    day: date | None
    kind: str
    document: str | None
    invoice: str | None
    receivable: Decimal
    disputed: Decimal
    unapplied: Decimal
    credit: Decimal

    @property
    def change(self) -> Decimal:
        """How much more the customer owes by it, in all."""
        return self.receivable - self.unapplied - self.credit


@dataclass(frozen=True)
class Unapplied:
    """A payment of which some cash is on no invoice."""

    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    paid_on: date
    unapplied: Decimal


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


def ageing(
    on: date,
    *,
    account: str | None = None,
    entity: str | None = None,
    as_of: date | None = None,
    at: int | None = None,
) -> Query[Aged]:
    """What is open per account, by how long it is overdue on a day."""
    scope = _scope(account, entity, as_of, at)
    return query("receivables", "ageing", Aged, on=on, **scope)


def open_items_as_of(
    *,
    account: str | None = None,
    entity: str | None = None,
    as_of: date | None = None,
    at: int | None = None,
) -> Query[OpenItem]:
    """The items open at the end of a day, oldest due first."""
    scope = _scope(account, entity, as_of, at)
    return query("receivables", "open_items_as_of", OpenItem, **scope)


def balances_as_of(
    *,
    account: str | None = None,
    entity: str | None = None,
    as_of: date | None = None,
    at: int | None = None,
) -> Query[Balance]:
    """The balances that are not zero at the end of a day."""
    scope = _scope(account, entity, as_of, at)
    return query("receivables", "balances_as_of", Balance, **scope)


def unapplied_cash(
    *,
    account: str | None = None,
    entity: str | None = None,
    as_of: date | None = None,
    at: int | None = None,
) -> Query[Unapplied]:
    """The payments of which some cash was on no invoice at the end of a day."""
    scope = _scope(account, entity, as_of, at)
    return query("receivables", "unapplied_cash", Unapplied, **scope)


def statement(
    account: str,
    *,
    from_: date | None = None,
    to: date | None = None,
    at: int | None = None,
) -> Query[Moved]:
    """The opening of an account before ``from_`` and all that moved it up to ``to``, inclusive."""
    params = {"account": account, "from": from_, "to": to, "at": at}
    return query("receivables", "statement", Moved, **params)


def _scope(
    account: str | None, entity: str | None, as_of: date | None, at: int | None
) -> dict[str, Any]:
    return {"account": account, "entity": entity, "as_of": as_of, "at": at}
