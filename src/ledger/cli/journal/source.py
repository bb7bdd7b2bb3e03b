"""The books up to one position: who and what is in them, their balances, and entry by entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ledger.periods import first_day
from ledger.reads.journal import JournalRow, TrialBalanceRow, journal_lines, trial_balance
from ledger.reads.subscriptions import entities
from ledger.store.database import Database, Role, Transaction

PAGE_LINES = 5_000

Entry = list[JournalRow]
"""The lines of one journal entry, which all repeat what the entry says."""


@dataclass(frozen=True)
class Books:
    """What the journal of some entities holds up to a position of the books."""

    position: int
    first_day: date
    balances: list[TrialBalanceRow]

    @property
    def entities(self) -> set[str]:
        """The entities with postings."""
        return {one.entity for one in self.balances}

    @property
    def currencies(self) -> list[str]:
        """Their currencies."""
        return sorted({one.currency for one in self.balances})


def books(tx: Transaction, entity: str | None) -> Books:
    """Return the books as they stand now, of one entity or all."""
    position = tx.head(0)
    known = tx.all(entities(entity))
    days = [first_day(one.first_period) for one in known]
    return Books(position, min(days, default=date.min), tx.all(trial_balance(entity, at=position)))


def entries(db: Database, entity: str | None, position: int) -> Iterator[Entry]:
    """Yield the entries up to a position, oldest first; each page is a transaction of its own."""
    for _, lines in groupby(_lines(db, entity, position), key=lambda row: row.position):
        yield list(lines)


def _lines(db: Database, entity: str | None, position: int) -> Iterator[JournalRow]:
    after = (0, 0)
    while True:
        with db.transaction(Role.READER) as tx:
            page = tx.all(journal_lines(entity=entity, after=after, limit=PAGE_LINES))
        for row in page:
            if row.position > position:
                return
            yield row
        if len(page) < PAGE_LINES:
            return
        after = (page[-1].position, page[-1].line)
