"""One transaction: the role it runs as, its typed reads, and the heads of the log."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

import psycopg
from psycopg.errors import FeatureNotSupported, UndefinedColumn, UndefinedTable
from psycopg.rows import class_row

from ledger.errors import ProjectionOutdated

Row = TypeVar("Row")


class Role(StrEnum):
    """What the service may be for the length of one transaction."""

    WRITER = "ledger_writer"
    PROJECTOR = "ledger_projector"
    READER = "ledger_reader"
    PORTAL = "ledger_portal"


@dataclass(frozen=True)
class Query(Generic[Row]):
    """A read: its SQL with named parameters, their values, and the class of a row."""

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)
    row: type[Row] = tuple  # type: ignore[assignment]


# Plans are made for the values at hand: one cached while a table was small would read all of it
# later. The search path is read before the role is taken; see docs/decisions/0021.
BEGIN = """
select set_config('role', %(role)s, true),
       set_config('app.account', %(account)s, true),
       set_config('plan_cache_mode', 'force_custom_plan', true),
       set_config('search_path', coalesce(
           (select string_agg(quote_ident(build), ', ' order by projection) || ', '
            from ledger.active_builds), '') || 'ledger, pg_catalog, pg_temp', true)
"""
HEADS = "select lane::int, position from ledger.log_heads"
STALE_PLAN = "cached plan must not change result type"


class Transaction:
    """A transaction on a borrowed connection; ``conn`` is there for what has no name here."""

    def __init__(
        self, connection: psycopg.Connection[Any], role: Role, account: str | None
    ) -> None:
        self.conn = connection
        self.role = role
        self._start = {"role": role.value, "account": account or ""}
        self._only_read = True

    def begin(self) -> None:
        """Take the role, the account and the search path, in the one first statement."""
        self.conn.execute(BEGIN, self._start)

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> psycopg.Cursor[Any]:
        """Run a statement that may write."""
        self._only_read = False
        return self.conn.execute(sql, params)

    def all(self, query: Query[Row]) -> list[Row]:
        """Return every row of a read.

        A build that was switched meanwhile makes PostgreSQL refuse a prepared statement once. As
        long as this transaction did nothing but read, it starts over and asks again.
        """
        try:
            return self._fetch(query)
        except FeatureNotSupported as error:
            if not self._only_read or STALE_PLAN not in str(error):
                raise
            self.conn.rollback()
            self.begin()
            return self._fetch(query)

    def one(self, query: Query[Row]) -> Row | None:
        """Return the only row of a read, or None."""
        rows = self.all(query)
        assert len(rows) <= 1, f"{len(rows)} rows where one was meant"
        return rows[0] if rows else None

    def head(self, lane: int = 0) -> int:
        """Return the last position of a lane."""
        return self.heads()[lane]

    def heads(self) -> dict[int, int]:
        """Return the last position of every lane, all as of one moment."""
        return dict(self.conn.execute(HEADS).fetchall())

    def _fetch(self, query: Query[Row]) -> list[Row]:
        with _as_built(), self.conn.cursor(row_factory=_rows_of(query)) as cursor:
            return cursor.execute(query.sql, query.params).fetchall()


class AsyncTransaction:
    """The same on an event loop; see ``Transaction``."""

    def __init__(
        self, connection: psycopg.AsyncConnection[Any], role: Role, account: str | None
    ) -> None:
        self.conn = connection
        self.role = role
        self._start = {"role": role.value, "account": account or ""}
        self._only_read = True

    async def begin(self) -> None:
        """Take the role, the account and the search path, in the one first statement."""
        await self.conn.execute(BEGIN, self._start)

    async def execute(
        self, sql: str, params: Mapping[str, Any] | None = None
    ) -> psycopg.AsyncCursor[Any]:
        """Run a statement that may write."""
        self._only_read = False
        return await self.conn.execute(sql, params)

    async def all(self, query: Query[Row]) -> list[Row]:
        """Return every row of a read, asking once more after a switch of builds."""
        try:
            return await self._fetch(query)
        except FeatureNotSupported as error:
            if not self._only_read or STALE_PLAN not in str(error):
                raise
            await self.conn.rollback()
            await self.begin()
            return await self._fetch(query)

    async def one(self, query: Query[Row]) -> Row | None:
        """Return the only row of a read, or None."""
        rows = await self.all(query)
        assert len(rows) <= 1, f"{len(rows)} rows where one was meant"
        return rows[0] if rows else None

    async def head(self, lane: int = 0) -> int:
        """Return the last position of a lane."""
        return (await self.heads())[lane]

    async def heads(self) -> dict[int, int]:
        """Return the last position of every lane, all as of one moment."""
        return dict(await (await self.conn.execute(HEADS)).fetchall())

    async def _fetch(self, query: Query[Row]) -> list[Row]:
        with _as_built():
            async with self.conn.cursor(row_factory=_rows_of(query)) as cursor:
                await cursor.execute(query.sql, query.params)
                return await cursor.fetchall()


@contextmanager
def _as_built() -> Iterator[None]:
    """Say what to do where a live build lacks what a read of this version asks for."""
    try:
        yield
    except (UndefinedColumn, UndefinedTable) as error:
        why = str(error).partition("\n")[0]
        raise ProjectionOutdated(why=why) from error


def _rows_of(query: Query[Row]) -> Any:
    """Return the row factory of a query: its class by column names, or plain tuples."""
    return psycopg.rows.tuple_row if query.row is tuple else class_row(query.row)
