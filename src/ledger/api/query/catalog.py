"""Reference data, for auditors and admins."""

from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, After, Entity, First, said
from ledger.api.roots import root
from ledger.api.types.accounts import Account
from ledger.api.types.catalog import Entity as EntityType
from ledger.api.types.catalog import Meter, PlanVersion, TaxRate
from ledger.reads import subscriptions as catalog

LEDGER = Scope.LEDGER_READ


@strawberry.type
class CatalogQuery:
    """The reads of reference data."""

    @root(LEDGER, "The legal entities.")
    async def entities(self, info: Info) -> list[EntityType]:
        """List entities."""
        async with info.context.read() as tx:
            rows: Any = await tx.all(catalog.entities())
        return rows  # type: ignore[no-any-return]

    @root(LEDGER, "The accounts, by id.")
    async def accounts(
        self, info: Info, entity: Entity = None, first: First = PAGE, after: After = None
    ) -> Connection[Account]:
        """Page through accounts."""
        pages = Pages(
            "accounts",
            {"entity": entity},
            lambda key, limit: catalog.accounts(
                entity=entity, after=key[0] if key else "", limit=limit
            ),
            lambda row: (row.account,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "The meters.")
    async def meters(self, info: Info) -> list[Meter]:
        """List meters."""
        async with info.context.read() as tx:
            rows: Any = await tx.all(catalog.meters())
        return rows  # type: ignore[no-any-return]

    @root(LEDGER, "The versions of a plan, or of every plan, in the order of publishing.")
    async def plans(
        self, info: Info, plan: Annotated[strawberry.ID | None, said("Only this plan.")] = None
    ) -> list[PlanVersion]:
        """List versions of plans."""
        async with info.context.read() as tx:
            rows: Any = await tx.all(catalog.plans([plan] if plan else None))
        return rows  # type: ignore[no-any-return]

    @root(LEDGER, "The versions of every tax rate.")
    async def tax_rates(self, info: Info) -> list[TaxRate]:
        """List tax rates."""
        async with info.context.read() as tx:
            rows: Any = await tx.all(catalog.tax_rates())
        return rows  # type: ignore[no-any-return]
