"""Folding: the statements of a projection over a range of one lane.

A range holds its start open and its end closed: (start, end]. What a statement does not concern is
not run, which keeps small ranges cheap. A version of a fact that a projection does not know is an
error, never skipped.
"""

from dataclasses import dataclass

import psycopg

from ledger.errors import UnknownFactType
from ledger.projector.build import enter
from ledger.projector.projection import Projection
from ledger.store.database import Transaction

TYPES = """
select type, min(position)
from ledger.log
where lane = %(lane)s and position > %(start)s and position <= %(end)s
group by type"""

WHOLE = """
select position - 1
from ledger.log
where lane = %(lane)s and position > %(limit)s
  and recorded_at > (select recorded_at from ledger.log
                     where lane = %(lane)s and position = %(limit)s)
order by position
limit 1"""

SETTINGS = """
select set_config('synchronous_commit', 'off', true),
       set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('work_mem', '128MB', true), set_config('jit', 'off', true)"""

Types = dict[str, int]


@dataclass(frozen=True)
class Failure:
    """Where a fold stopped, and what the database or the projection said."""

    lane: int
    position: int
    error: str


def prepare(tx: Transaction) -> None:
    """Set what a fold needs. It may be lost in a crash, cursor and rows together: no waiting."""
    tx.conn.execute(SETTINGS)


def types_in(tx: Transaction, lane: int, start: int, end: int) -> Types:
    """Return the types of facts in a range, each with its first position there."""
    found = tx.execute(TYPES, {"lane": lane, "start": start, "end": end})
    return dict(found.fetchall())


def whole(tx: Transaction, lane: int, limit: int, head: int) -> int:
    """Return where a range of about this limit ends without cutting a transaction in two.

    Facts of one transaction share ``recorded_at``; what was decided together is seen together.
    """
    if limit >= head:
        return head
    row = tx.execute(WHOLE, {"lane": lane, "limit": limit}).fetchone()
    return min(row[0], head) if row else head


@dataclass(frozen=True)
class Folding:
    """One build of a projection, to be folded within a transaction.

    ``moment`` chooses among its statements: those of a fold, or those of a parallel load.
    """

    tx: Transaction
    build: str
    projection: Projection
    moment: str = "fold"

    def run(self, lane: int, start: int, end: int, types: Types | None = None) -> None:
        """Run the statements that this range concerns, in their order, on the build's tables."""
        if types is None:
            types = types_in(self.tx, lane, start, end)
        self._refuse_unknown(lane, types)
        enter(self.tx, self.build)
        for one in self.projection.apply:
            if one.at(self.moment) and (not one.facts or one.facts & types.keys()):
                self.tx.execute(one.sql, {"lane": lane, "from": start, "to": end})

    def run_or_stop(
        self, lane: int, start: int, end: int, types: Types | None = None
    ) -> Failure | None:
        """Fold a range, or all of it before the first position that cannot be folded."""
        error = self._attempt(lane, start, end, types)
        if error is None:
            return None
        good, bad = start, end
        while bad - good > 1:
            middle = (good + bad) // 2
            again = self._attempt(lane, good, middle)
            if again is None:
                good = middle
            else:
                bad, error = middle, again
        return Failure(lane, bad, error)

    def _attempt(self, lane: int, start: int, end: int, types: Types | None = None) -> str | None:
        """Fold a range in a savepoint; return what went wrong, with nothing folded."""
        try:
            with self.tx.conn.transaction():
                self.run(lane, start, end, types)
        except psycopg.OperationalError:
            raise  # the server, not the facts: the whole transaction is tried again
        except (psycopg.DatabaseError, UnknownFactType) as error:
            return str(error)
        return None

    def _refuse_unknown(self, lane: int, types: Types) -> None:
        """Refuse a version of a fact of which the projection names other versions only."""
        known = self.projection.facts
        names = {type_.partition("/")[0] for type_ in known}
        for type_, position in types.items():
            if type_ not in known and type_.partition("/")[0] in names:
                raise UnknownFactType(
                    name=self.projection.name, type=type_, lane=lane, position=position
                )
