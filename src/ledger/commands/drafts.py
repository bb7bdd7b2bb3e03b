"""What a group of commands has read and decided so far, while nothing of it is appended.

The group reads in sets what its commands will ask for, and each command sees what those before it
decided. What was not read ahead is read when it is asked for.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from ledger.commands.books import Keeper
from ledger.commands.folded import Folded
from ledger.events.fact import Fact
from ledger.receivables.state import Receivables, fold
from ledger.store.books import Books


class Drafts:
    """Facts by stream and receivables by payer: those of the log, then those decided here."""

    def __init__(self, books: Books, folded: Folded) -> None:
        self._books = books
        self._folded = folded
        self._facts: dict[UUID, list[Fact]] = {}
        self._states: dict[UUID, Receivables] = {}
        self._decided: dict[UUID, list[Fact]] = {}
        self.keepers: dict[tuple[object, ...], Keeper] = {}
        self.payers: dict[str, str] = {}

    def facts_of(self, streams: Iterable[UUID]) -> dict[UUID, list[Fact]]:
        """Return the facts of many streams; those not known yet are read by one query."""
        wanted = list(streams)
        if missing := [where for where in wanted if where not in self._facts]:
            for where, facts in self._books.facts_of(missing).items():
                self._facts[where] = facts + self._decided.get(where, [])
        return {where: self._facts[where] for where in wanted}

    def states(self, streams: Iterable[UUID]) -> Mapping[UUID, Receivables]:
        """Return the receivables of many streams; those not known yet are read by one query."""
        wanted = list(streams)
        if missing := [where for where in wanted if where not in self._states]:
            for where, state in self._folded.states(self._books, missing).items():
                self._states[where] = fold(self._decided.get(where, ()), state)
        return {where: self._states[where] for where in wanted}

    def add(self, facts: Iterable[Fact]) -> None:
        """Add what a command decided, for those after it to see."""
        for fact in facts:
            where = fact.originator_id
            self._decided.setdefault(where, []).append(fact)
            if where in self._facts:
                self._facts[where].append(fact)
            if where in self._states:
                self._states[where] = fold([fact], self._states[where])

    def appended(self) -> None:
        """Keep the receivables folded here: their facts are in the log now."""
        self._folded.keep(self._states)
