"""The ledger of one process: its database, its books, its settings and its clock."""

from dataclasses import dataclass, field
from typing import Self

from ledger.clock import Clock, utc_now
from ledger.commands.engine.folded import Folded, entities, payers
from ledger.projector.projection import ensure
from ledger.receivables.allowance import Allowance
from ledger.receivables.state import Receivables
from ledger.settings import Settings
from ledger.store.books import Books
from ledger.store.database import Database


@dataclass(frozen=True)
class Ledger:
    """What every command needs; safe to share between threads."""

    db: Database
    books: Books
    settings: Settings
    clock: Clock = utc_now
    payers: Folded[Receivables] = field(default_factory=payers, repr=False, compare=False)
    entities: Folded[Allowance] = field(default_factory=entities, repr=False, compare=False)

    @classmethod
    def open(cls, settings: Settings | None = None, clock: Clock = utc_now) -> Self:
        """Open the database, migrated, with a live build of every projection."""
        settings = settings or Settings.load()
        db = Database.open(settings)
        try:
            ensure(db)
            return cls(db, Books(db), settings, clock)
        except BaseException:
            db.close()
            raise

    def close(self) -> None:
        """Close the books and the database."""
        self.books.close()
        self.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
