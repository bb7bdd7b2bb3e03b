"""Where a line came from, and what a usage event led to: one query each."""

from typing import Annotated

import strawberry

from ledger import lineage as story
from ledger.api.access import Scope
from ledger.api.connection import checked
from ledger.api.context import Info
from ledger.api.query.arguments import said
from ledger.api.roots import root
from ledger.api.types.as_of import as_of
from ledger.api.types.lineage import Lineage, LineageUsage, graph, usage_of
from ledger.errors import Unknown

LINEAGE = Scope.LINEAGE_READ

Line = Annotated[strawberry.ID, said("The line, such as 871.2: entry's position, dot, number.")]
UsageFirst = Annotated[int, said("How many events of each usage set, 1 to 200.")]
UsageAfter = Annotated[str | None, said("Continue a usage set after this, from its `after`.")]
Prove = Annotated[bool, said("Compute count, quantity and digest of every usage set again.")]


@strawberry.type
class LineageQuery:
    """The walks of the auditor."""

    @root(LINEAGE, "Down from a journal line to the usage events behind it; null if unknown.")
    async def lineage(
        self,
        info: Info,
        line: Line,
        first: UsageFirst = 100,
        after: UsageAfter = None,
        prove: Prove = False,
    ) -> Lineage | None:
        """Walk the causes."""
        seen = await as_of(info)
        try:
            node = await info.context.in_thread(
                lambda tx: story.down(tx, line, first=checked(first), after=after, prove=prove)
            )
        except Unknown:
            return None
        return graph(node, down=True, as_of=seen)

    @root(LINEAGE, "A page of the usage events behind a charge; null if unknown.")
    async def charge_usage(
        self,
        info: Info,
        charge: Annotated[strawberry.ID, said("The charge.")],
        first: UsageFirst = 100,
        after: UsageAfter = None,
        prove: Prove = False,
    ) -> LineageUsage | None:
        """Go on in one usage set."""
        try:
            view = await info.context.in_thread(
                lambda tx: story.usage_page(
                    tx, charge, first=checked(first), after=after, prove=prove
                )
            )
        except Unknown:
            return None
        return usage_of(view)

    @root(LINEAGE, "Up from a usage event to every line and document it led to; null if unknown.")
    async def trace(
        self,
        info: Info,
        source: Annotated[str, said("Who sent the event.")],
        id: Annotated[strawberry.ID, said("Its id at the source.")],  # noqa: A002
    ) -> Lineage | None:
        """Walk the effects."""
        seen = await as_of(info)
        try:
            node = await info.context.in_thread(lambda tx: story.up(tx, source, id))
        except Unknown:
            return None
        return graph(node, down=False, as_of=seen)
