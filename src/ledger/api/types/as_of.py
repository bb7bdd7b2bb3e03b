"""What a read knows: the position up to which the books were folded when it began."""

from datetime import datetime

import strawberry
from graphql import FieldNode

from ledger.api.context import Info
from ledger.api.limits import walk
from ledger.api.scalars import Long
from ledger.reads import log
from ledger.store.database import Role


@strawberry.type(description="Up to which fact of the books an answer is complete.")
class AsOf:
    """A position of lane 0 and when it was recorded."""

    position: Long = strawberry.field(description="The last position of the books included.")
    recorded_at: datetime | None = strawberry.field(description="When that was recorded.")


async def as_of(info: Info) -> AsOf | None:
    """Return what the live projections know, if the caller asks; read before the rows.

    The portal's own role may not see the log, so this is read as the reader. The rows that follow
    are of the same moment or later, never earlier.
    """
    if not selects(info, "asOf"):
        return None
    async with info.context.ledger.db.async_transaction(Role.READER) as tx:
        seen = await tx.one(log.seen())
    assert seen is not None
    return AsOf(position=Long(seen.position), recorded_at=seen.recorded_at)


def selects(info: Info, name: str) -> bool:
    """Tell whether the field being resolved has this field directly below it."""
    raw = info._raw_info
    return any(
        depth == 1 and isinstance(node, FieldNode) and node.name.value == name
        for field in raw.field_nodes
        for node, depth in walk(field.selection_set, dict(raw.fragments))
    )
