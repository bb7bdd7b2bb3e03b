"""Reads of what needs somebody: failed payments, disputes, what is set aside, reminders."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class Failure:
    """An attempt to collect that failed; the version counts what became of the payment."""

    payment: str
    version: int
    entity: str
    account: str
    currency: str
    amount: Decimal
    failed_on: date
    code: str
    position: int
    recorded_at: datetime


@dataclass(frozen=True)
class Dispute:
    """A dispute of a payment; an open one has no outcome.

    ``reversed`` is what re-ratings undid of a lost one, for the ``credit_notes`` to take.
    """

    dispute: str
    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    fee: Decimal
    opened_on: date
    closed_on: date | None
    outcome: str | None
    reversed: Decimal
    credit_notes: list[str]
    position: int


@dataclass(frozen=True)
class SetAside:
    """A part of an entity's allowance for credit losses; no account means anybody's."""

    entity: str
    account: str
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Overdue:
    """An invoice that is late, and the reminder that it had last, by its days and version."""

    account: str
    number: str
    currency: str
    due_on: date
    open: Decimal
    days: int | None
    version: int


@dataclass(frozen=True)
class DunningStep:
    """A reminder that an invoice reached: the message to its account is due."""

    invoice: str
    version: int
    entity: str
    account: str
    currency: str
    reminded_on: date
    step: int
    name: str
    days: int
    days_overdue: int
    due_on: date
    open: Decimal
    position: int
    recorded_at: datetime


def failures(account: str | None = None, *, after: int = 0, limit: int = 1_000) -> Query[Failure]:
    """A page of failed payments after a position, oldest first."""
    return query("receivables", "failures", Failure, account=account, after=after, limit=limit)


def disputes(
    account: str | None = None, *, entity: str | None = None, after: int = 0, limit: int = 1_000
) -> Query[Dispute]:
    """A page of disputes after a position, oldest first."""
    return query(
        "receivables",
        "disputes",
        Dispute,
        account=account,
        entity=entity,
        after=after,
        limit=limit,
    )


def allowances(entity: str | None = None) -> Query[SetAside]:
    """What is set aside for credit losses."""
    return query("receivables", "allowances", SetAside, entity=entity)


def overdue(
    entity: str, on: date, *, account: str | None = None, after: str = "", limit: int = 1_000
) -> Query[Overdue]:
    """A page of accounts after one, with their invoices that are late on a day."""
    return query(
        "receivables",
        "overdue",
        Overdue,
        entity=entity,
        on=on,
        account=account,
        after=after,
        limit=limit,
    )


def dunning_steps(
    account: str | None = None, *, entity: str | None = None, after: int = 0, limit: int = 1_000
) -> Query[DunningStep]:
    """A page of reminders after a position, oldest first."""
    return query(
        "receivables",
        "dunning_steps",
        DunningStep,
        account=account,
        entity=entity,
        after=after,
        limit=limit,
    )
