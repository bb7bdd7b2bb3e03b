"""Reads of what is owed: open items, balances, ageing, statements, payments.

Those with ``as_of`` and ``at`` answer for the end of any day, as the books stood at any position of
lane 0; without them everything counts that is posted.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.reads.queries import FIRST_DAY, query
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
class StatementTotals:
    """What an account owed in all before a statement, and at its end; negative when we owe."""

    account: str
    entity: str
    currency: str
    opening: Decimal
    closing: Decimal
    disputed: Decimal


@dataclass(frozen=True)
class StatementLine:
    """How a fact moved each balance of an account, and what it owes in all after it."""

    account: str
    currency: str
    position: int
    day: date
    kind: str
    document: str
    invoice: str | None
    receivable: Decimal
    disputed: Decimal
    unapplied: Decimal
    credit: Decimal
    balance: Decimal

    @property
    def change(self) -> Decimal:
        """How much more the account owes by it, in all."""
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
    position: int


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


@dataclass(frozen=True)
class Scope:
    """What a report is about: whose, at the end of which day, as known at which position.

    Each page of such a report sums up what follows it; who wants all of it asks without a limit.
    """

    account: str | None = None
    entity: str | None = None
    as_of: date | None = None
    at: int | None = None


def ageing(on: date, scope: Scope, *, after: str = "", limit: int | None = 1_000) -> Query[Aged]:
    """A page of accounts with what is open, by how long it is overdue on a day."""
    return query("receivables", "ageing", Aged, on=on, after=after, limit=limit, **vars(scope))


def open_items_as_of(
    scope: Scope, *, after: tuple[str, date, str] = ("", FIRST_DAY, ""), limit: int | None = 1_000
) -> Query[OpenItem]:
    """A page of the items open at the end of a day, oldest due first per account."""
    account, due_on, number = after
    return query(
        "receivables",
        "open_items_as_of",
        OpenItem,
        after=account,
        after_due=due_on,
        after_number=number,
        limit=limit,
        **vars(scope),
    )


def balances_as_of(scope: Scope, *, after: str = "", limit: int | None = 1_000) -> Query[Balance]:
    """A page of the balances that are not zero at the end of a day."""
    return query("receivables", "balances_as_of", Balance, after=after, limit=limit, **vars(scope))


def unapplied_cash(scope: Scope, *, after: int = 0, limit: int | None = 1_000) -> Query[Unapplied]:
    """A page of the payments of which some cash was on no invoice at the end of a day."""
    return query(
        "receivables", "unapplied_cash", Unapplied, after=after, limit=limit, **vars(scope)
    )


def statement_totals(
    scope: Scope, *, from_: date | None = None, after: str = "", limit: int = 1_000
) -> Query[StatementTotals]:
    """A page of accounts with what they owed before a day, and at the end of ``as_of``."""
    params = {"account": scope.account, "entity": scope.entity, "to": scope.as_of, "at": scope.at}
    return query(
        "receivables",
        "statement_totals",
        StatementTotals,
        after=after,
        limit=limit,
        **params,
        **{"from": from_},
    )


def statement(
    account: str,
    *,
    from_: date | None = None,
    to: date | None = None,
    at: int | None = None,
    after: tuple[date, int] = (FIRST_DAY, 0),
    limit: int = 1_000,
) -> Query[StatementLine]:
    """A page of what moved an account, both days included, in the order of days."""
    day, position = after
    params = {"account": account, "from": from_, "to": to, "at": at}
    return query(
        "receivables",
        "statement",
        StatementLine,
        after_day=day,
        after=position,
        limit=limit,
        **params,
    )
