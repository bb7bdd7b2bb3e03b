"""The ledger of one process: its database, its books, its settings and its clock."""

from dataclasses import dataclass, field
from typing import Self

from ledger.clock import Clock, utc_now
from ledger.commands.folded import Folded
from ledger.projector.projection import ensure
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
    folded: Folded = field(default_factory=Folded, repr=False, compare=False)

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
