"""What needs somebody: failed payments, disputes, what is set aside, and reminders to be sent."""

from typing import Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, After, Entity, First
from ledger.api.query.receivables import Whose
from ledger.api.roots import root
from ledger.api.types.receivables import Allowance, Dispute, DunningStep, PaymentFailure
from ledger.reads import collecting

LEDGER = Scope.LEDGER_READ


@strawberry.type
class CollectingQuery:
    """The reads of whoever collects money."""

    @root(LEDGER, "Attempts to collect that failed, oldest first.")
    async def failed_payments(
        self, info: Info, account: Whose = None, first: First = PAGE, after: After = None
    ) -> Connection[PaymentFailure]:
        """Page through failures."""
        pages = Pages(
            "failedPayments",
            {"account": account},
            lambda key, limit: collecting.failures(
                account, after=key[0] if key else 0, limit=limit
            ),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "Disputes and how they ended, oldest first.")
    async def disputes(
        self,
        info: Info,
        entity: Entity = None,
        account: Whose = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Dispute]:
        """Page through disputes."""
        pages = Pages(
            "disputes",
            {"entity": entity, "account": account},
            lambda key, limit: collecting.disputes(
                account, entity=entity, after=key[0] if key else 0, limit=limit
            ),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "What is set aside for credit losses, in general and for single accounts.")
    async def allowances(self, info: Info, entity: Entity = None) -> list[Allowance]:
        """List allowances."""
        async with info.context.read() as tx:
            rows: Any = await tx.all(collecting.allowances(entity))
        return rows  # type: ignore[no-any-return]

    @root(LEDGER, "Reminders in the order in which they became due: read on after the last cursor.")
    async def dunning(
        self,
        info: Info,
        entity: Entity = None,
        account: Whose = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[DunningStep]:
        """Page through reminders; a page that is empty today goes on tomorrow."""
        pages = Pages(
            "dunning",
            {"entity": entity, "account": account},
            lambda key, limit: collecting.dunning_steps(
                account, entity=entity, after=key[0] if key else 0, limit=limit
            ),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)
