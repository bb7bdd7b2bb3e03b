"""Reads of bank statements: what was imported, and which entries somebody has to look at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class Statement:
    """A bank statement; ``follows`` says if it begins with what the one before it ended with."""

    statement: str
    entity: str
    bank_account: str
    number: str
    sequence: str
    currency: str
    opened_on: date
    closed_on: date
    opening: Decimal
    closing: Decimal
    credits: Decimal
    debits: Decimal
    matched_count: int
    matched_total: Decimal
    excepted_count: int
    excepted_total: Decimal
    duplicate_count: int
    duplicate_total: Decimal
    position: int
    recorded_at: datetime
    follows: bool
    open_count: int


@dataclass(frozen=True)
class Entry:
    """An entry of a statement; ``state`` is matched, excepted (open) or settled."""

    entry: str
    statement: str
    entity: str
    bank_account: str
    currency: str
    amount: Decimal
    booked_on: date
    valued_on: date
    bank_reference: str | None
    state: str
    why: str | None
    detail: str | None
    how: str | None
    document: str | None
    account: str | None
    stream: UUID
    position: int
    recorded_at: datetime


@dataclass(frozen=True)
class BankAccount:
    """A bank account, and the entity whose statement of it was the first to be imported."""

    bank_account: str
    entity: str


def statements(
    entity: str | None = None, *, after: int = 0, limit: int = 1_000
) -> Query[Statement]:
    """A page of bank statements after a position, in the order of import."""
    return query("statements", "statements", Statement, entity=entity, after=after, limit=limit)


def exceptions(entity: str | None = None, *, after: int = 0, limit: int = 1_000) -> Query[Entry]:
    """A page of open exceptions after a position, oldest first."""
    return query("statements", "exceptions", Entry, entity=entity, after=after, limit=limit)


def entry(entry: str) -> Query[Entry]:
    """One entry by its id."""
    return query("statements", "entry", Entry, entry=entry)


def entries_of_documents(documents: Collection[str]) -> Query[Entry]:
    """The entries that were found to be these payments, payouts, refunds or journal entries."""
    return query("statements", "entries_of_documents", Entry, documents=list(documents))


def bank_accounts(names: Collection[str]) -> Query[BankAccount]:
    """The bank accounts among these of which a statement was imported."""
    return query("statements", "bank_accounts", BankAccount, bank_accounts=list(names))
