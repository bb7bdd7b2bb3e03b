"""The group as the auditor reads it."""

import asyncio
from datetime import date
from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, After, Entity, First, said
from ledger.api.roots import root
from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.as_of import as_of
from ledger.api.types.group import Consolidation, IntercompanyReference, consolidation
from ledger.commands.engine.ledger import Ledger
from ledger.reads import intercompany
from ledger.reads.consolidation import Group, group
from ledger.store.database import Role

AsOfDay = Annotated[
    date | None, strawberry.argument(name="asOf", description="Up to this posting date.")
]
AtPosition = Annotated[Long | None, said("As the books stood at this position.")]


@strawberry.type
class GroupQuery:
    """What entities owe each other, and all of them together."""

    @root(Scope.LEDGER_READ, "Charges within the group, as the books of both sides show them.")
    async def intercompany(
        self,
        info: Info,
        entity: Entity = None,
        as_of_day: AsOfDay = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[IntercompanyReference]:
        """Page through references."""
        filters: dict[str, Any] = {"entity": entity, "as_of": as_of_day, "at": at_position}
        pages = Pages(
            "intercompany",
            filters,
            lambda key, limit: intercompany.references(
                **filters, after=key[0] if key else "", limit=limit
            ),
            lambda row: (row.reference,),
        )
        return await pages.page(info, first, after)

    @root(Scope.LEDGER_READ, "All entities in one currency; null where there is none.")
    async def consolidation(
        self,
        info: Info,
        as_of_day: AsOfDay = None,
        at_position: AtPosition = None,
        currency: Annotated[
            CurrencyCode | None,
            said("The currency presented; the default is that of the entity registered first."),
        ] = None,
    ) -> Consolidation | None:
        """Put all books together."""
        seen = await as_of(info)
        ledger = info.context.ledger
        day = as_of_day or ledger.clock().date()
        found = await asyncio.to_thread(_group, ledger, day, currency, at_position)
        return consolidation(found, seen) if found else None


def _group(ledger: Ledger, day: date, currency: str | None, at: int | None) -> Group | None:
    with ledger.db.transaction(Role.READER) as tx:
        return group(tx, day, currency=currency, at=at)
