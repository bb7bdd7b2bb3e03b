"""The books up to one position and accounting date: their balances, and entry by entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from ledger.periods import first_day, last_day
from ledger.posting.accounts import Chart
from ledger.reads.chart import charted
from ledger.reads.journal import JournalRow, MonthMoveRow, journal_lines, month_moves
from ledger.store.database import Database, Role, Transaction

PAGE_LINES = 5_000

Entry = list[JournalRow]
"""The lines of one journal entry, which all repeat what the entry says."""


@dataclass(frozen=True)
class Held:
    """What an account of the chart holds in the books of an entity, debit positive."""

    entity: str
    account: str
    currency: str
    balance: Decimal


@dataclass(frozen=True)
class Books:
    """What the journal of some entities holds up to a position of the log and an accounting date.

    Accounts have the name that was given to them last by that position.
    The balances are those of the trial balance, not sums of the lines that are written.
    """

    position: int
    as_of: date | None
    entity: str | None
    moves: list[MonthMoveRow]
    chart: Chart

    @property
    def currency(self) -> dict[str, str]:
        """The currency of each entity with postings."""
        return {one.entity: one.currency for one in self.moves}

    @property
    def months(self) -> list[str]:
        """The months with postings, in their order."""
        return sorted({one.period for one in self.moves})

    @property
    def first_day(self) -> date:
        """The first day of the first month with postings."""
        return first_day(self.months[0]) if self.moves else date.min

    @property
    def accounts(self) -> Iterator[tuple[str, str, str]]:
        """Entity, account, currency: the whole chart of every entity with postings."""
        for entity, currency in sorted(self.currency.items()):
            for account in self.chart.codes:
                yield entity, account, currency

    @property
    def month_ends(self) -> Iterator[tuple[date, list[Held]]]:
        """What every account holds on the last day of each month, or on ``as_of`` before it."""
        balances = {(entity, account): Decimal() for entity, account, _ in self.accounts}
        for month, moves in groupby(self.moves, key=lambda one: one.period):
            for one in moves:
                balances[one.entity, one.account] += one.amount
            day = min(last_day(month), self.as_of or date.max)
            yield day, [Held(*one, balances[one[:2]]) for one in self.accounts]


def books(
    tx: Transaction, entity: str | None, at: int | None = None, as_of: date | None = None
) -> Books:
    """Return the books of one entity or all, as they stood at a position, up to a date."""
    head = tx.head(0)
    position = head if at is None else min(at, head)
    moves = tx.all(month_moves(entity, position, as_of))
    return Books(position, as_of, entity, moves, charted(tx, position))


def entries(db: Database, books: Books) -> Iterator[Entry]:
    """Yield the entries in the order of posting; each page is a transaction of its own."""
    yield from _entries(db, books, None)


def entries_by_month(db: Database, books: Books) -> Iterator[Entry]:
    """Yield the entries month by month, in each in the order of posting."""
    for month in books.months:
        yield from _entries(db, books, month)


def _entries(db: Database, books: Books, month: str | None) -> Iterator[Entry]:
    for _, lines in groupby(_lines(db, books, month), key=lambda row: row.position):
        yield list(lines)


def _lines(db: Database, books: Books, month: str | None) -> Iterator[JournalRow]:
    after, last = (0, 0), books.as_of or date.max
    while True:
        with db.transaction(Role.READER) as tx:
            asked = journal_lines(entity=books.entity, period=month, after=after, limit=PAGE_LINES)
            page = tx.all(asked)
        for row in page:
            if row.position > books.position:
                return
            if row.posted_on <= last:
                yield row
        if len(page) < PAGE_LINES:
            return
        after = (page[-1].position, page[-1].line)
