"""What customers and gates ask of limits: what is left, and which thresholds were crossed."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from ledger.api.access import Role, Scope
from ledger.api.connection import Connection, Pages, empty
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, Account, After, First, said
from ledger.api.roots import root
from ledger.api.types.limits import Limits, Threshold
from ledger.limits.standing import answer_async, limits
from ledger.reads import entitlements
from ledger.store.database import Role as DatabaseRole

LIMITS = Scope.ENTITLEMENT_READ


@strawberry.type
class LimitsQuery:
    """The reads of limits."""

    @root(
        LIMITS,
        "What is included and left, and what may be spent; null if there is no such account.",
    )
    async def entitlements(
        self,
        info: Info,
        account: Account = None,
        meter: Annotated[strawberry.ID | None, said("Only of this meter.")] = None,
        at: Annotated[
            datetime | None, said("In the periods that hold this time; the default is now.")
        ] = None,
    ) -> Limits | None:
        """Sum up what is left; plans are not the portal's to read, so the reader looks them up."""
        whose = info.context.account(account)
        if whose is None:
            return None
        ledger = info.context.ledger
        async with ledger.db.async_transaction(DatabaseRole.READER) as tx:
            found: Any = await answer_async(tx, limits(whose, at or ledger.clock(), meter))
        return found  # type: ignore[no-any-return]

    @root(LIMITS, "The thresholds that were crossed, in the order in which that was seen: a feed.")
    async def thresholds(
        self,
        info: Info,
        account: Annotated[
            strawberry.ID | None, said("Only of this account; a portal key has its own.")
        ] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Threshold]:
        """Page through thresholds; the last cursor goes on where new ones will be."""
        whose: str | None = account
        if info.context.principal.role is Role.PORTAL:
            whose = info.context.account(account)
            if whose is None:
                return empty()
        pages = Pages(
            "thresholds",
            {"account": whose},
            lambda key, limit: entitlements.thresholds(
                whose, after=key[0] if key else 0, limit=limit
            ),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)
