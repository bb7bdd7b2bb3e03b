"""A dry run: the command is carried out, its effect is read, and all of it is forgotten.

Nothing is simulated. The command, and whatever follows it, runs as always on a database of its own
making, whose one transaction never commits; so what it answers is what it would do.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from ledger.commands.aftermath import AFTERMATH, follow
from ledger.commands.answer import Answer
from ledger.commands.effect import effect_of
from ledger.commands.ledger import Ledger
from ledger.commands.shell import Asked, retrying
from ledger.events.fact import Fact
from ledger.projector.follower import catch_up, followed
from ledger.store.books import Books
from ledger.store.dry import DryDatabase, dry
from ledger.store.mapper import decode


def rehearse(ledger: Ledger, asked: Asked, carry_out: Callable[[Ledger, Asked], Answer]) -> Answer:
    """Answer what a command would do; what its key was answered before, it is answered again."""

    def attempt() -> Answer:
        catch_up(ledger.db, followed(ledger.db))
        with dry(ledger.db) as db:
            books = Books(db)
            try:
                return _rehearse(
                    Ledger(db, books, ledger.settings, ledger.clock), db, asked, carry_out
                )
            finally:
                books.close()

    return retrying(attempt)


def _rehearse(
    ledger: Ledger, db: DryDatabase, asked: Asked, carry_out: Callable[[Ledger, Asked], Answer]
) -> Answer:
    answer = carry_out(ledger, asked)
    if answer.status != "accepted":
        return answer
    if asked.command.command in AFTERMATH:
        follow(ledger, asked, list(_facts(db)))
    facts = [fact._replace(position=None) for fact in answer.facts]
    return replace(answer, status="would_accept", facts=facts, effect=effect_of(_facts(db)))


def _facts(db: DryDatabase) -> Iterator[Fact]:
    """Yield what was appended, in order."""
    for _, _, stream, version, type_, occurred_at, data, causes in db.appended():
        yield decode(type_, data, stream, version, occurred_at, causes or ())
