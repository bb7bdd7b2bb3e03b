"""States of streams as they were folded before, so that only later facts are read.

A stream only grows, so a state at a version stays true for ever: it is never thrown away because
something happened, only to make room. Whoever decides on it is held by the version all the same.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from ledger.events.fact import Fact
from ledger.receivables.allowance import Allowance, allowance
from ledger.receivables.state import Receivables, fold
from ledger.store.books import Books

ROWS_MAX = 100_000  # invoices and payments kept, of all payers together: about 100 MB


class Versioned(Protocol):
    """A state that knows the version of the last fact folded into it."""

    @property
    def version(self) -> int:
        """That version, 0 for none."""


State = TypeVar("State", bound=Versioned)


class Folded(Generic[State]):
    """States by the stream they are of, those asked for last; safe to share between threads."""

    def __init__(
        self,
        fold: Callable[[Iterable[Fact], State], State],
        nothing: State,
        rows_of: Callable[[State], int],
        rows_max: int = ROWS_MAX,
    ) -> None:
        """``fold`` adds facts to a state, ``nothing`` is that of no facts; ``rows_of`` weighs."""
        self.fold = fold
        self._nothing = nothing
        self._rows_of = rows_of
        self._rows_max = rows_max
        self._rows = 0
        self._states: OrderedDict[UUID, State] = OrderedDict()
        self._lock = Lock()

    def states(self, books: Books, streams: Iterable[UUID]) -> dict[UUID, State]:
        """Return the states of these streams as they are now, by one query."""
        known = {where: self._known(where) for where in streams}
        later = books.facts_after({where: state.version for where, state in known.items()})
        now = {w: self.fold(later[w], state) for w, state in known.items() if later[w]}
        self.keep(now)
        return known | now

    def keep(self, states: Mapping[UUID, State]) -> None:
        """Keep states whose facts are in the log; the last one asked for is never let go of."""
        with self._lock:
            for where, state in states.items():
                self._put(where, state)
            while self._rows > self._rows_max and len(self._states) > 1:
                _, state = self._states.popitem(last=False)
                self._rows -= self._rows_of(state)

    def _known(self, where: UUID) -> State:
        with self._lock:
            if where not in self._states:
                return self._nothing
            self._states.move_to_end(where)
            return self._states[where]

    def _put(self, where: UUID, state: State) -> None:
        before = self._states.get(where)
        if before is not None and before.version >= state.version:
            return
        self._rows += self._rows_of(state) - (self._rows_of(before) if before is not None else 0)
        self._states[where] = state
        self._states.move_to_end(where)


def payers(rows_max: int = ROWS_MAX) -> Folded[Receivables]:
    """Return room for what payers owe and have with us."""
    return Folded(
        fold, Receivables(), lambda state: 1 + len(state.items) + len(state.payments), rows_max
    )


def entities(rows_max: int = ROWS_MAX) -> Folded[Allowance]:
    """Return room for what entities set aside for losses."""
    return Folded(allowance, Allowance(), lambda state: 1 + len(state.amounts), rows_max)
