"""What a group of commands has read and decided so far, while nothing of it is appended.

The group reads in sets what its commands will ask for, and each command sees what those before it
decided. What was not read ahead is read when it is asked for.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar
from uuid import UUID

from ledger.commands.engine.folded import Folded, Versioned
from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.open_periods import Keeper
from ledger.events.fact import Fact
from ledger.store.books import Books

State = TypeVar("State", bound=Versioned)
Decided = dict[UUID, list[Fact]]


class States(Generic[State]):
    """States of one kind of streams: as the log has them, and after what was decided here."""

    def __init__(self, books: Books, folded: Folded[State], decided: Decided) -> None:
        self._books = books
        self._folded = folded
        self._decided = decided
        self._states: dict[UUID, State] = {}

    def of(self, streams: Iterable[UUID]) -> dict[UUID, State]:
        """Return the states of many streams; those not known yet are read by one query."""
        wanted = list(streams)
        if missing := [where for where in wanted if where not in self._states]:
            for where, state in self._folded.states(self._books, missing).items():
                self._states[where] = self._folded.fold(self._decided.get(where, ()), state)
        return {where: self._states[where] for where in wanted}

    def add(self, fact: Fact) -> None:
        """Let a fact change the state of its stream, where that is known."""
        where = fact.originator_id
        if where in self._states:
            self._states[where] = self._folded.fold([fact], self._states[where])

    def appended(self) -> None:
        """Keep the states: their facts are in the log now."""
        self._folded.keep(self._states)


class Drafts:
    """Facts by stream, what payers owe, and allowances: those of the log, then those decided."""

    def __init__(self, ledger: Ledger) -> None:
        self._books = ledger.books
        self._facts: dict[UUID, list[Fact]] = {}
        self._decided: Decided = {}
        self.receivables = States(ledger.books, ledger.payers, self._decided)
        self.allowances = States(ledger.books, ledger.entities, self._decided)
        self.keepers: dict[tuple[object, ...], Keeper] = {}
        self.payers: dict[str, str] = {}

    def facts_of(self, streams: Iterable[UUID]) -> dict[UUID, list[Fact]]:
        """Return the facts of many streams; those not known yet are read by one query."""
        wanted = list(streams)
        if missing := [where for where in wanted if where not in self._facts]:
            for where, facts in self._books.facts_of(missing).items():
                self._facts[where] = facts + self._decided.get(where, [])
        return {where: self._facts[where] for where in wanted}

    def add(self, facts: Iterable[Fact]) -> None:
        """Add what a command decided, for those after it to see."""
        for fact in facts:
            where = fact.originator_id
            self._decided.setdefault(where, []).append(fact)
            if where in self._facts:
                self._facts[where].append(fact)
            self.receivables.add(fact)
            self.allowances.add(fact)

    def appended(self) -> None:
        """Keep what was folded here: its facts are in the log now."""
        self.receivables.appended()
        self.allowances.appended()
