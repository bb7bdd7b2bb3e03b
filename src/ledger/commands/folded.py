"""The receivables of payers as they were folded before, so that only later facts are read.

A stream only grows, so a state at a version stays true for ever: it is never thrown away because
something happened, only to make room. Whoever decides on it is held by the version all the same.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from uuid import UUID

from ledger.receivables.state import Receivables, fold
from ledger.store.books import Books

ROWS_MAX = 100_000  # invoices and payments kept, of all payers together: about 100 MB


class Folded:
    """States by the stream they are of, those asked for last; safe to share between threads."""

    def __init__(self, rows_max: int = ROWS_MAX) -> None:
        self._rows_max = rows_max
        self._rows = 0
        self._states: OrderedDict[UUID, Receivables] = OrderedDict()
        self._lock = Lock()

    def states(self, books: Books, streams: Iterable[UUID]) -> dict[UUID, Receivables]:
        """Return the receivables of these streams as they are now, by one query."""
        known = {where: self._known(where) for where in streams}
        later = books.facts_after({where: state.version for where, state in known.items()})
        now = {where: fold(later[where], state) for where, state in known.items() if later[where]}
        self.keep(now)
        return known | now

    def keep(self, states: Mapping[UUID, Receivables]) -> None:
        """Keep states whose facts are in the log; the last one asked for is never let go of."""
        with self._lock:
            for where, state in states.items():
                self._put(where, state)
            while self._rows > self._rows_max and len(self._states) > 1:
                _, state = self._states.popitem(last=False)
                self._rows -= _rows_of(state)

    def _known(self, where: UUID) -> Receivables:
        with self._lock:
            if where not in self._states:
                return Receivables()
            self._states.move_to_end(where)
            return self._states[where]

    def _put(self, where: UUID, state: Receivables) -> None:
        before = self._states.get(where)
        if before is not None and before.version >= state.version:
            return
        self._rows += _rows_of(state) - (_rows_of(before) if before is not None else 0)
        self._states[where] = state
        self._states.move_to_end(where)


def _rows_of(state: Receivables) -> int:
    return 1 + len(state.items) + len(state.payments)
