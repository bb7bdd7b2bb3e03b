"""Deferred revenue as the portal and the auditor read it."""

import asyncio
from datetime import date
from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages, empty
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, Account, After, First, OneEntity, said
from ledger.api.query.receivables import AsOfDay, AtPosition
from ledger.api.roots import root
from ledger.api.scalars import CurrencyCode
from ledger.api.types.fields import Money
from ledger.api.types.revenue import RevenueSchedule, Waterfall, WaterfallMonth
from ledger.commands.engine.ledger import Ledger
from ledger.reads import deferred_revenue, waterfall
from ledger.store.database import Role


@strawberry.type
class RevenueQuery:
    """What was billed in advance, and when it is earned."""

    @root(Scope.BILLING_READ, "What one account was billed in advance, and what of it is used.")
    async def revenue_schedules(
        self,
        info: Info,
        account: Account = None,
        subscription: Annotated[strawberry.ID | None, said("Only of this subscription.")] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[RevenueSchedule]:
        """Page through schedules."""
        whose = info.context.account(account)
        if whose is None:
            return empty()

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (key[0], key[1]) if key else deferred_revenue.START
            return deferred_revenue.schedules(
                account=whose, subscription=subscription, after=mark, limit=limit
            )

        filters = {"account": whose, "subscription": subscription}
        pages = Pages("revenueSchedules", filters, read, lambda row: row.key)
        return await pages.page(info, first, after)

    @root(Scope.LEDGER_READ, "What deferred revenue an entity will earn, month by month.")
    async def waterfall(
        self,
        info: Info,
        entity: OneEntity,
        from_: Annotated[
            date | None,
            strawberry.argument(name="from", description="From the month of this day; today."),
        ] = None,
        as_of_day: AsOfDay = None,
        at_position: AtPosition = None,
    ) -> Waterfall | None:
        """Compute the waterfall; null where nothing is deferred."""
        ledger = info.context.ledger
        day = from_ or as_of_day or ledger.clock().date()
        found = await asyncio.to_thread(_waterfall, ledger, entity, day, as_of_day, at_position)
        return _shown(found) if found else None


def _waterfall(
    ledger: Ledger, entity: str, day: date, as_of: date | None, at: int | None
) -> waterfall.Waterfall | None:
    with ledger.db.transaction(Role.READER) as tx:
        found = waterfall.waterfalls(tx, day, entity, as_of=as_of, at=at)
        return next(iter(found), None)


def _shown(found: waterfall.Waterfall) -> Waterfall:
    currency = CurrencyCode(found.currency)
    months = [
        WaterfallMonth(
            month=each.month,
            amount=Money(amount=each.amount, currency=currency),
            left=Money(amount=each.left, currency=currency),
        )
        for each in found.months
    ]
    deferred = Money(amount=found.deferred, currency=currency)
    return Waterfall(entity=found.entity, deferred=deferred, months=months)
