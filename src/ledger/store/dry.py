"""The database of a dry run: everything is done in one transaction that is always rolled back.

Nobody waits for it. What it appends goes to temporary tables, so it takes no head, no position and
no version from anybody; heads and cursors are copies. Its log is a view: the facts up to where the
projections stood when it began, and its own after them. Statements name ``ledger.log`` as always
and are led there by their names. Rows of projections that it folds are the only ones that another
could want meanwhile; it waits a moment for those, and the follower at most as long as it lasts.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any, Never

import psycopg
from psycopg.errors import (
    DeadlockDetected,
    LockNotAvailable,
    QueryCanceled,
    SerializationFailure,
    TransactionTimeout,
)

from ledger.errors import DryRunTooLong, StoreConflict
from ledger.store.database import CONNECTION, Database, configure, translated
from ledger.store.transaction import Query, Role, Transaction

LOCK_WAIT_MS = 200

TIMEOUTS = """
select set_config('role', 'ledger_writer', true),
       set_config('lock_timeout', %(wait)s, true),
       set_config('statement_timeout', %(limit)s, true),
       set_config('transaction_timeout', %(limit)s, true)"""

# What is followed stands at one position per lane, but for a build that is just being switched.
TABLES = """
create temporary table upto as
select h.lane, coalesce(min(c.position), h.position) as position,
       coalesce(max(c.position), h.position) as furthest, h.recorded_at
from ledger.log_heads as h
left join (ledger.cursors as c
           join ledger.active_builds as a on a.build = c.build
           join ledger.builds as b on b.build = c.build and b.stopped_at is null)
  on c.lane = h.lane
group by h.lane;

create temporary table appended (like ledger.log including constraints including indexes);
create temporary view log as
select lane, position, stream, version, type, occurred_at, recorded_at, data, meta, content, leaf
from ledger.log as l
where position <= (select upto.position from pg_temp.upto where upto.lane = l.lane)
union all
select lane, position, stream, version, type, occurred_at, recorded_at, data, meta, content, leaf
from pg_temp.appended;

create temporary table log_heads (like ledger.log_heads including indexes);
create temporary table cursors (like ledger.cursors including indexes);
create temporary table builds (like ledger.builds including indexes);
insert into pg_temp.log_heads select lane, position, recorded_at from pg_temp.upto;
insert into pg_temp.cursors select * from ledger.cursors;
insert into pg_temp.builds select * from ledger.builds;
update pg_temp.builds set parked_until = null;

grant select on pg_temp.log, pg_temp.log_heads, pg_temp.cursors, pg_temp.builds
    to ledger_reader, ledger_projector;
grant insert, update, delete on pg_temp.cursors, pg_temp.builds to ledger_projector;"""
SWITCHING = "select 1 from pg_temp.upto where position <> furthest"

APPENDED = """
select lane::int, position, stream, version, type, occurred_at, data, meta -> 'causes'
from pg_temp.appended
where (lane, position) > (%(lane)s, %(position)s)
order by lane, position limit %(limit)s"""
PAGE = 2_000

_NAMES = re.compile(r"\bledger\.(log|log_heads|cursors|builds)\b")


class DryDatabase(Database):
    """Hands out savepoints of one transaction; whoever asks meanwhile waits for the one before."""

    alone = True

    def __init__(self, url: str, connection: psycopg.Connection[Any]) -> None:
        self.url = url
        self._connection = connection
        self._lock = RLock()
        self._open: list[Transaction] = []

    @contextmanager
    def transaction(self, role: Role, account: str | None = None) -> Iterator[Transaction]:
        """Take a savepoint, as a role; an error takes back what was done since."""
        with self._lock:
            transaction = Transaction(self._connection, role, account)
            try:
                with self._connection.transaction():
                    self._open.append(transaction)
                    transaction.begin()
                    yield transaction
            finally:
                self._open.pop()
                if self._open and not self._connection.broken:
                    self._open[-1].begin()  # the role of whoever is around this one

    def async_transaction(self, role: Role, account: str | None = None) -> Never:
        """Refuse: commands run in threads."""
        raise AssertionError(f"commands run in threads, not on an event loop as {role}")

    def appended(self) -> Iterator[tuple[Any, ...]]:
        """Yield what was appended, by lane and position, in pages."""
        lane, position = -1, 0
        while True:
            params = {"lane": lane, "position": position, "limit": PAGE}
            with self.transaction(Role.WRITER) as tx:
                rows: list[tuple[Any, ...]] = tx.all(Query(APPENDED, params))
            if not rows:
                return
            yield from rows
            lane, position = rows[-1][:2]

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()


@contextmanager
def dry(database: Database, seconds_max: int) -> Iterator[DryDatabase]:
    """Open a dry run over a database whose projections have been folded.

    Raises ``StoreConflict`` when another writer was in its way, and ``DryRunTooLong``.
    """
    with translated():
        connection = psycopg.connect(
            database.url, cursor_factory=_Cursor, prepare_threshold=None, **CONNECTION
        )
    try:
        configure(connection)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with _told(seconds_max):
            _set_up(connection, seconds_max)
            yield DryDatabase(database.url, connection)
    finally:
        connection.close()


def _set_up(connection: psycopg.Connection[Any], seconds_max: int) -> None:
    """Make the tables of our own, and see that one position per lane is where to begin."""
    cursor = psycopg.Cursor(connection)  # one whose names mean what they say
    limit = {"wait": f"{LOCK_WAIT_MS}ms", "limit": f"{seconds_max}s"}
    cursor.execute(TIMEOUTS, limit)
    cursor.execute(TABLES)
    if cursor.execute(SWITCHING).fetchone():
        raise StoreConflict


class _Cursor(psycopg.Cursor[Any]):
    """Leads statements about the log, its heads, cursors and builds to those of the dry run."""

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        """Execute a statement, with its names led."""
        return super().execute(_led(query, r"pg_temp.\1"), *args, **kwargs)

    def copy(self, statement: Any, *args: Any, **kwargs: Any) -> Any:
        """Copy into the log means: into what is appended."""
        return super().copy(_led(statement, "pg_temp.appended"), *args, **kwargs)


def _led(query: Any, to: str) -> Any:
    return _NAMES.sub(to, query) if isinstance(query, str) else query


@contextmanager
def _told(seconds_max: int) -> Iterator[None]:
    """Tell lost races and lost time by our own names."""
    try:
        yield
    except (DeadlockDetected, LockNotAvailable, SerializationFailure) as error:
        raise StoreConflict from error
    except (QueryCanceled, TransactionTimeout) as error:
        raise DryRunTooLong(seconds=seconds_max) from error
