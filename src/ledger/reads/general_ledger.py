"""Reads of the general ledger: what moved between days, and an account line by line.

Debit positive throughout. ``at`` is a position of the books, ``customer`` an account that owes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from ledger.money import ZERO
from ledger.periods import DAY
from ledger.reads.queries import FIRST_DAY, query
from ledger.store.database import Query
from ledger.store.transaction import Transaction


@dataclass(frozen=True)
class Moves:
    """What was debited and credited on an account in one slot between marks."""

    entity: str
    currency: str
    account: str
    slot: int
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class LedgerLine:
    """A line of an account and the balance after it; its id is ``<position>.<line>``."""

    position: int
    line: int
    posted_on: date
    entry: str
    rule: str
    text: str
    entity: str
    account: str
    currency: str
    customer: str | None
    document: str | None
    amount: Decimal
    balance: Decimal

    @property
    def id(self) -> str:
        """The line's id, e.g. ``871.2``."""
        return f"{self.position}.{self.line}"

    @property
    def mark(self) -> "Mark":
        """Where the page after this line begins."""
        return Mark(self.posted_on, self.position, self.line, self.balance)


@dataclass(frozen=True)
class Mark:
    """A place in an account: after a line, with the balance there."""

    day: date = FIRST_DAY
    position: int = 0
    line: int = 0
    balance: Decimal = ZERO


@dataclass(frozen=True)
class Extract:
    """Which lines are wanted, of one account or all; days are inclusive."""

    entity: str | None = None
    account: str | None = None
    from_: date | None = None
    to: date | None = None
    at: int | None = None
    customer: str | None = None


def moves(
    marks: Sequence[date],
    entity: str | None = None,
    *,
    account: str | None = None,
    customer: str | None = None,
    at: int | None = None,
) -> Query[Moves]:
    """The debits and credits of every account between the marks, which are days in order."""
    if at is None and account is None and customer is None:
        return query("journal", "moves", Moves, marks=list(marks), entity=entity)
    return query(
        "journal",
        "moves_at",
        Moves,
        marks=list(marks),
        entity=entity,
        account=account,
        customer=customer,
        position=at,
    )


def lines(wanted: Extract, *, after: Mark, limit: int = 1_000) -> Query[LedgerLine]:
    """A page of an account's lines after a mark, by date; the first mark holds the opening."""
    return query(
        "journal",
        "general_ledger",
        LedgerLine,
        entity=wanted.entity,
        account=wanted.account,
        customer=wanted.customer,
        **{"from": wanted.from_},
        to=wanted.to,
        position=wanted.at,
        balance=after.balance,
        after_day=after.day,
        after=after.position,
        after_line=after.line,
        limit=limit,
    )


@dataclass(frozen=True)
class AccountTotals:
    """What an account opened with, what moved it, and what it closed with."""

    entity: str
    currency: str
    account: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        """What the account closed with."""
        return self.opening + self.debit - self.credit


def totals(tx: Transaction, wanted: Extract) -> list[AccountTotals]:
    """Return the totals of every account that opened with something, or was moved."""
    marks = [] if wanted.from_ is None else [wanted.from_]
    marks += [] if wanted.to is None else [wanted.to + DAY]
    within = 0 if wanted.from_ is None else 1
    rows = tx.all(
        moves(
            marks,
            wanted.entity,
            account=wanted.account,
            customer=wanted.customer,
            at=wanted.at,
        )
    )
    found = []
    for _, each in groupby(rows, key=lambda row: (row.entity, row.account)):
        one = _totals([row for row in each if row.slot <= within], within)
        if one is not None and (one.opening or one.debit or one.credit):
            found.append(one)
    return found


def _totals(rows: list[Moves], within: int) -> AccountTotals | None:
    if not rows:
        return None
    head = rows[0]
    before = [row for row in rows if row.slot < within]
    now = [row for row in rows if row.slot == within]
    return AccountTotals(
        head.entity,
        head.currency,
        head.account,
        sum((row.debit - row.credit for row in before), ZERO),
        sum((row.debit for row in now), ZERO),
        sum((row.credit for row in now), ZERO),
    )
