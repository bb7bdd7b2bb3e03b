"""The care of projections: rebuild beside the live build, and go back to the one before."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final

import strawberry

from ledger.api.access import Scope
from ledger.api.context import Info
from ledger.api.query.admin import build_of
from ledger.api.query.arguments import said
from ledger.api.roots import root_mutation
from ledger.api.types.admin import Build
from ledger.api.types.answers import UserError
from ledger.api.types.fields import about
from ledger.errors import LedgerError
from ledger.projector import rebuild as building
from ledger.reads import builds

PATIENCE_SECONDS: Final = 20
_UNDER_WAY: Final[set[asyncio.Task[Any]]] = set()

Name = Annotated[strawberry.ID, said("The projection.")]
Accept = Annotated[bool, said("Go live although rows differ: the differences are intended.")]


@strawberry.type(description="A projection was rebuilt or rolled back, or still is.")
class ProjectionChanged:
    """Where the change stands."""

    finished: bool = about("False while it goes on after this answer; ask `projections` then.")
    builds: list[Build] = about("The builds of the projection.")


@strawberry.type(description="The projection was not changed.")
class ProjectionRefused(UserError):
    """A refusal."""


ProjectionResult = Annotated[
    ProjectionChanged | ProjectionRefused,
    strawberry.union("ProjectionResult", description="Changed or refused."),
]


@strawberry.type
class ProjectionMutation:
    """What an admin does to projections."""

    @root_mutation(
        Scope.PROJECTION_MANAGE,
        "Rebuild a projection beside the live one, verify it, and switch; readers never wait.",
    )
    async def rebuild_projection(
        self, info: Info, projection: Name, accept_differences: Accept = False
    ) -> ProjectionResult:
        """Rebuild."""
        db = info.context.ledger.db
        return await _carried_out(
            info,
            projection,
            lambda: building.rebuild(db, projection, accept_differences=accept_differences),
        )

    @root_mutation(
        Scope.PROJECTION_MANAGE, "Go back to the build before, folded up to where the live one is."
    )
    async def rollback_projection(self, info: Info, projection: Name) -> ProjectionResult:
        """Roll back."""
        db = info.context.ledger.db
        return await _carried_out(info, projection, lambda: building.rollback(db, projection))


async def _carried_out(
    info: Info, projection: str, work: Callable[[], object]
) -> ProjectionChanged | ProjectionRefused:
    """Run the work in a thread; answer when it is done or when patience ends."""
    task = asyncio.create_task(asyncio.to_thread(work))
    _UNDER_WAY.add(task)
    task.add_done_callback(_UNDER_WAY.discard)
    finished, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    if finished and (error := task.exception()):
        if not isinstance(error, LedgerError):
            raise error
        return ProjectionRefused(code=error.code, message=error.message, field=error.field)
    async with info.context.read() as tx:
        rows = await tx.all(builds.builds(projection))
    return ProjectionChanged(finished=bool(finished), builds=[build_of(row) for row in rows])
