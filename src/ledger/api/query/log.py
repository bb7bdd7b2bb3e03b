"""The log itself, fact by fact, and whether everything that came in is accounted for."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import (
    PAGE,
    After,
    First,
    FromDay,
    Lane,
    Position,
    ToDay,
    said,
)
from ledger.api.roots import root
from ledger.api.types.journal import Fact, Receipt
from ledger.errors import BadValue
from ledger.reads import log, usage
from ledger.reads.queries import FIRST_DAY

LEDGER = Scope.LEDGER_READ


@strawberry.type
class LogQuery:
    """The auditor's reads of the log."""

    @root(LEDGER, "The facts of a lane, in order: the log itself.")
    async def facts(
        self, info: Info, lane: Lane = 0, first: First = PAGE, after: After = None
    ) -> Connection[Fact]:
        """Page through a lane."""
        pages = Pages(
            "facts",
            {"lane": lane},
            lambda key, limit: log.facts(lane, after=key[0] if key else 0, limit=limit),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "The fact at a place; null if there is none.")
    async def fact(self, info: Info, position: Position, lane: Lane = 0) -> Fact | None:
        """Find a fact."""
        async with info.context.read() as tx:
            found: Any = await tx.one(log.facts(lane, after=position - 1, limit=1))
        return found if found and found.position == position else None

    @root(LEDGER, "The facts of one stream, by version.")
    async def stream(
        self,
        info: Info,
        id: Annotated[strawberry.ID, said("The stream, a UUID.")],  # noqa: A002
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Fact]:
        """Page through a stream."""
        stream = _uuid(id)
        pages = Pages(
            "stream",
            {"stream": stream},
            lambda key, limit: log.facts_of_stream(stream, after=key[0] if key else 0, limit=limit),
            lambda row: (row.version,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "What came in per source and day: received = accepted + duplicate + refused.")
    async def completeness(
        self,
        info: Info,
        source: Annotated[str | None, said("Only from this source.")] = None,
        from_: FromDay = None,
        to: ToDay = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Receipt]:
        """Page through receipts."""

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (key[0], date.fromisoformat(key[1])) if key else ("", FIRST_DAY)
            return usage.completeness(source, from_, to, after=mark, limit=limit)

        filters = {"source": source, "from": from_, "to": to}
        pages = Pages("completeness", filters, read, lambda row: (row.source, row.day))
        return await pages.page(info, first, after)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadValue(field="id", why="A stream's id is a UUID; take it from a fact.") from None
