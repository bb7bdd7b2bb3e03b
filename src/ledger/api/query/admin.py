"""What the admin asks: projections, exceptions, dead letters, keys; and whom a key stands for."""

from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from ledger.api import keys
from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, After, Entity, First, said
from ledger.api.roots import root
from ledger.api.scalars import Long
from ledger.api.types.admin import (
    ApiKey,
    Build,
    DeadLetter,
    Exceptions,
    LanePosition,
    Viewer,
)
from ledger.projector.projection import projections
from ledger.reads import builds, exceptions
from ledger.reads.exceptions import NO_ID
from ledger.reads.queries import FIRST_TIME

ADMIN = Scope.ADMIN_READ


@strawberry.type
class AdminQuery:
    """The reads of the admin."""

    @root(Scope.VIEWER, "Whom this key stands for and what it may do.")
    async def viewer(self, info: Info) -> Viewer:
        """Describe the caller."""
        principal = info.context.principal
        return Viewer(
            key=strawberry.ID(principal.key_id),
            role=principal.role.value,
            account=principal.account,
            scopes=sorted(scope.value for scope in principal.scopes),
        )

    @root(ADMIN, "The builds of every projection, or of one.")
    async def projections(
        self,
        info: Info,
        projection: Annotated[strawberry.ID | None, said("Only of this projection.")] = None,
    ) -> list[Build]:
        """List builds."""
        async with info.context.read() as tx:
            return [build_of(row) for row in await tx.all(builds.builds(projection))]

    @root(ADMIN, "What needs a person.")
    async def exceptions(self, info: Info, entity: Entity = None) -> Exceptions:
        """Collect the open exceptions."""
        async with info.context.read() as tx:
            found: Any = Exceptions(
                unpriced=_rows(await tx.all(exceptions.unpriced(entity=entity))),
                unrated=_rows(await tx.all(exceptions.unrated(entity=entity))),
                exports=_rows(await tx.all(exceptions.export_troubles())),
                dead_letters=_rows(await tx.all(exceptions.dead_letter_counts())),
            )
        return found  # type: ignore[no-any-return]

    @root(ADMIN, "The open dead letters, oldest first.")
    async def dead_letters(
        self,
        info: Info,
        code: Annotated[str | None, said("Only with this code.")] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[DeadLetter]:
        """Page through dead letters."""

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (datetime.fromisoformat(key[0]), UUID(key[1])) if key else (FIRST_TIME, NO_ID)
            return exceptions.dead_letters(code, after=mark, limit=limit)

        pages = Pages("deadLetters", {"code": code}, read, lambda row: (row.received_at, row.id))
        return await pages.page(info, first, after)

    @root(ADMIN, "Every API key, without secrets or hashes.")
    async def api_keys(self, info: Info) -> list[ApiKey]:
        """List keys."""
        async with info.context.read() as tx:
            rows: Any = await tx.all(keys.key_list())
        return cast("list[ApiKey]", rows)


def build_of(row: builds.Build) -> Build:
    """Return a build as the schema shows it."""
    known = projections().get(row.projection)
    return Build(
        id=strawberry.ID(row.build),
        projection=row.projection,
        state=row.state,
        live=row.live,
        stale=known is None or known.checksum != row.checksum,
        created_at=row.created_at,
        lanes=[
            LanePosition(lane=lane, position=Long(position), head=Long(head))
            for lane, position, head in row.lanes
        ],
        error=row.error,
    )


def _rows(rows: list[Any]) -> Any:
    """Return rows whose attributes are the fields of a type."""
    return rows
