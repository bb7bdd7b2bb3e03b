"""Facts about bank statements: that one was imported, and what became of each of its entries.

They hold amounts, days, references of the bank and ids of ours. Names, account numbers of payers
and what they wrote stay with the bank: they are personal data.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.fact import Fact, record


@record("statement.imported/1")
@dataclass(frozen=True, kw_only=True)
class StatementImported(Fact):
    """A statement was imported: opening + credits + debits (negative) = closing.

    Each entry is matched, excepted, or a duplicate of one in another statement; ``total`` sums the
    amounts of each kind, signed, and ``count`` the entries.
    """

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


@dataclass(frozen=True, kw_only=True)
class StatementEntry(Fact):
    """An entry of a statement; money in is positive. ``entry`` is its id with us."""

    entry: str
    statement: str
    entity: str
    bank_account: str
    currency: str
    amount: Decimal
    booked_on: date
    valued_on: date
    bank_reference: str | None = None


@record("statement_entry.matched/1")
@dataclass(frozen=True, kw_only=True)
class StatementEntryMatched(StatementEntry):
    """An entry was found to be ``kind`` (payment, payout, refund, return) ``document``.

    ``posted`` says whether it was booked for that, or stood in the books already.
    """

    kind: str
    document: str
    posted: bool
    account: str | None = None


@record("statement_entry.excepted/1")
@dataclass(frozen=True, kw_only=True)
class StatementEntryExcepted(StatementEntry):
    """Nobody could say what an entry is for; somebody has to look at it."""

    why: str
    detail: str | None = None


@record("statement_entry.settled/1")
@dataclass(frozen=True, kw_only=True)
class StatementEntrySettled(Fact):
    """Somebody said what an excepted entry is: ``captured``, ``posted`` or ``outside`` the books.

    ``document`` is the payment that was captured, or the journal entry that it is.
    """

    entry: str
    entity: str
    how: str
    document: str | None = None
    account: str | None = None
