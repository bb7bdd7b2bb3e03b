"""Keyset connections: pages that stay put while the ledger grows, and count only when asked.

The shape is Relay's, forward only, with ``nodes`` beside ``edges``. A page is the rows after a sort
key, so the thousandth page costs what the first does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic, TypeVar, cast

import strawberry
from psycopg.sql import SQL

from ledger.api.context import Context, Info
from ledger.api.cost import PAGE_MAX
from ledger.api.errors import BadPage
from ledger.api.types.as_of import AsOf, as_of
from ledger.api.types.fields import resolved
from ledger.store.database import AsyncTransaction, Query

COUNT_MAX: Final = 10_000

T = TypeVar("T")
Row = TypeVar("Row")


@strawberry.enum(description="Whether a count is exact.")
class Precision(Enum):
    """Whether a count was finished."""

    EXACT = strawberry.enum_value("EXACT", description="There are exactly so many.")
    AT_LEAST = strawberry.enum_value("AT_LEAST", description="There are more; counting stopped.")


@strawberry.type(description="How many entries a list has, counted up to a limit.")
class Count:
    """A capped count."""

    value: int = strawberry.field(description="The entries counted.")
    precision: Precision = strawberry.field(description="Whether that is all of them.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page information, forward only."""

    has_next_page: bool = strawberry.field(description="Whether more entries follow.")
    has_previous_page: bool = strawberry.field(description="Whether the page began at a cursor.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first entry.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last entry.")


@strawberry.type(description="An entry of a list and its cursor.")
class Edge(Generic[T]):
    """An entry and its cursor."""

    cursor: str = strawberry.field(description="Continue after this entry with `after`.")
    node: T = strawberry.field(description="The entry.")


@strawberry.type(description="A page of a list, in a stable order.")
class Connection(Generic[T]):
    """A page; ``counted`` is run only when the count is selected."""

    edges: list[Edge[T]] = strawberry.field(description="The entries with their cursors.")
    nodes: list[T] = strawberry.field(description="The entries alone.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    as_of: AsOf | None = strawberry.field(description="What the page knows of the ledger.")
    counted: strawberry.Private[Callable[[], Any]]

    @resolved("How many entries there are, counted up to 10,000.")
    async def total_count(self) -> Count:
        """Count on demand, in a transaction of its own."""
        count: Count = await self.counted()
        return count


@dataclass(frozen=True)
class Pages(Generic[Row]):
    """How one list is paged: its name, its filters, its read and its sort key.

    ``read(key, limit)`` returns the query of the rows after ``key`` (None: from the start).
    """

    name: str
    filters: Mapping[str, object]
    read: Callable[[list[Any] | None, int], Query[Row]]
    key: Callable[[Row], Sequence[Any]]

    async def page(
        self,
        info: Info,
        first: int,
        after: str | None,
        shape: Callable[[Row], Any] | None = None,
    ) -> Connection[Any]:
        """Return the page after a cursor; ``shape`` makes a node of a row that is not one."""
        checked(first)
        context = info.context
        cursors = context.cursors(self.name, self.filters)
        start = cursors.read(after)
        seen = await as_of(info)
        async with context.read() as tx:
            rows = await tx.all(self.read(start, first + 1))
        more, rows = len(rows) > first, rows[:first]
        marks = [cursors.write(self.key(row)) for row in rows]
        nodes = [shape(row) for row in rows] if shape else rows
        return Connection[Any](
            edges=[Edge(cursor=mark, node=node) for mark, node in zip(marks, nodes, strict=True)],
            nodes=nodes,
            page_info=PageInfo(
                has_next_page=more,
                has_previous_page=after is not None,
                start_cursor=marks[0] if marks else None,
                end_cursor=marks[-1] if marks else None,
            ),
            as_of=seen,
            counted=lambda: self._count(context),
        )

    async def _count(self, context: Context) -> Count:
        async with context.read() as tx:
            found = await _counted(tx, self.read(None, COUNT_MAX + 1))
        precision = Precision.EXACT if found <= COUNT_MAX else Precision.AT_LEAST
        return Count(value=min(found, COUNT_MAX), precision=precision)


async def _counted(tx: AsyncTransaction, query: Query[Any]) -> int:
    """Return how many rows a query has, without fetching them."""
    inner = SQL(query.sql)
    counting = SQL("select count(*) from ({}) as counted").format(inner)
    cursor = await tx.conn.execute(counting, query.params)
    row = await cursor.fetchone()
    assert row is not None
    return cast("int", row[0])


def checked(first: int) -> int:
    """Return the size of a page if it is allowed."""
    if not 1 <= first <= PAGE_MAX:
        raise BadPage(field="first", limit=PAGE_MAX)
    return first


def empty() -> Connection[Any]:
    """Return the page of a list that this principal may not see: it looks like an empty one."""

    async def none() -> Count:
        return Count(value=0, precision=Precision.EXACT)

    info = PageInfo(
        has_next_page=False, has_previous_page=False, start_cursor=None, end_cursor=None
    )
    return Connection[Any](edges=[], nodes=[], page_info=info, as_of=None, counted=none)
