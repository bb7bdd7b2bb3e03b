"""What a customer asks: usage, charges, invoices, payments and the balance of one account.

Every field takes its account from ``context.account`` (the first lock) and reads in a transaction
that sees that account alone (the second); an account of others looks like one without anything.
"""

import asyncio
from datetime import date, datetime
from typing import Annotated, Any, cast

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages, empty
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, Account, After, First, From, Meter, To, said
from ledger.api.query.balances import balance_of
from ledger.api.query.usage import usage_series
from ledger.api.roots import root
from ledger.api.types.accounts import Account as AccountType
from ledger.api.types.accounts import Balance, Payment, Subscription
from ledger.api.types.charges import Charge
from ledger.api.types.credit import Discount, Grant
from ledger.api.types.effects import DraftDocument, document_of
from ledger.api.types.invoices import Invoice, InvoiceKind
from ledger.api.types.usage import Bucket, UsageEvent, UsageSeries
from ledger.commands.engine.shell import Caller
from ledger.commands.rehearse import drafts
from ledger.periods import local_day
from ledger.reads import charges, credit, invoices, receivables, subscriptions, usage
from ledger.reads.queries import FIRST_TIME

BILLING = Scope.BILLING_READ
USAGE = Scope.USAGE_READ


@strawberry.type
class PortalQuery:
    """The reads of the customer portal; auditors and admins name the account."""

    @root(
        USAGE,
        "Usage of one meter in the buckets that begin in [from, to), by one dimension if named.",
    )
    async def usage(
        self,
        info: Info,
        meter: Meter,
        from_: From,
        to: To,
        account: Account = None,
        bucket: Annotated[Bucket, said("How long a bucket is.")] = Bucket.DAY,
        group_by: Annotated[str | None, said("The dimension to tell apart.")] = None,
    ) -> UsageSeries:
        """Sum up usage."""
        return await usage_series(
            info, info.context.account(account), meter, from_, to, bucket, group_by
        )

    @root(USAGE, "The usage events of one meter as they count today, oldest first.")
    async def usage_events(
        self,
        info: Info,
        meter: Meter,
        from_: From,
        to: To,
        account: Account = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[UsageEvent]:
        """Page through events."""
        whose = info.context.account(account)
        if whose is None:
            return empty()

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (datetime.fromisoformat(key[0]), key[1]) if key else (FIRST_TIME, 0)
            return usage.usage_events(whose, meter, from_, to, after=mark, limit=limit)

        filters = {"account": whose, "meter": meter, "from": from_, "to": to}
        pages = Pages("usageEvents", filters, read, lambda row: (row.occurred_at, row.position))
        return await pages.page(info, first, after)

    @root(BILLING, "Invoices and credit notes of one account, oldest first.")
    async def invoices(
        self,
        info: Info,
        account: Account = None,
        kind: Annotated[InvoiceKind | None, said("Only these.")] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Invoice]:
        """Page through documents."""
        whose = info.context.account(account)
        if whose is None:
            return empty()
        only = cast("str | None", kind and kind.value)
        pages = Pages(
            "invoices",
            {"account": whose, "kind": only},
            lambda key, limit: invoices.invoices(whose, kind=only, after=_last(key), limit=limit),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(BILLING, "What would be invoiced now, for everything through a day; nothing is issued.")
    async def drafts(
        self,
        info: Info,
        account: Account = None,
        through: Annotated[date | None, said("Up to this day; by default today.")] = None,
    ) -> list[DraftDocument]:
        """Try to rate and bill the account, as the service: so the account must be seen first."""
        whose = info.context.account(account)
        if whose is None:
            return []
        async with info.context.read() as tx:
            if await tx.one(subscriptions.accounts([whose])) is None:
                return []
        ledger, caller = info.context.ledger, Caller(info.context.principal.actor)
        day = through or local_day(ledger.clock(), "UTC")
        found = await asyncio.to_thread(drafts, ledger, whose, day, caller)
        return list(map(document_of, found))

    @root(BILLING, "One invoice or credit note; null if there is none that this key may see.")
    async def invoice(
        self, info: Info, number: Annotated[strawberry.ID, said("Its number.")]
    ) -> Invoice | None:
        """Find a document of the own account, or of any for staff."""
        async with info.context.read() as tx:
            found: Any = await tx.one(invoices.invoices_by_number([number]))
        return found if found and info.context.sees(found.account) else None

    @root(BILLING, "The account itself; null if there is none that this key may see.")
    async def account(self, info: Info, account: Account = None) -> AccountType | None:
        """Find the account."""
        whose = info.context.account(account)
        if whose is None:
            return None
        async with info.context.read() as tx:
            found: Any = await tx.one(subscriptions.accounts([whose]))
        return found  # type: ignore[no-any-return]

    @root(BILLING, "What an account owes; null if there is none that this key may see.")
    async def balance(self, info: Info, account: Account = None) -> Balance | None:
        """Sum up what is open."""
        whose = info.context.account(account)
        return None if whose is None else await balance_of(info, whose)

    @root(BILLING, "The subscriptions of one account.")
    async def subscriptions(
        self, info: Info, account: Account = None, first: First = PAGE, after: After = None
    ) -> Connection[Subscription]:
        """Page through subscriptions."""
        whose = info.context.account(account)
        if whose is None:
            return empty()

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (key[0], key[1]) if key else ("", "")
            return subscriptions.subscriptions([whose], after=mark, limit=limit)

        pages = Pages(
            "subscriptions", {"account": whose}, read, lambda row: (row.account, row.subscription)
        )
        return await pages.page(info, first, after)

    @root(BILLING, "The charges of one account, oldest first; a later one corrects an earlier.")
    async def charges(
        self,
        info: Info,
        account: Account = None,
        subscription: Annotated[strawberry.ID | None, said("Only of this subscription.")] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Charge]:
        """Page through charges."""
        whose = info.context.account(account)
        if whose is None:
            return empty()
        pages = Pages(
            "charges",
            {"account": whose, "subscription": subscription},
            lambda key, limit: charges.charges(
                whose, subscription=subscription, after=_last(key), limit=limit
            ),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(BILLING, "The grants of credit of one account, by id: what is left, and who drew it.")
    async def grants(
        self, info: Info, account: Account = None, first: First = PAGE, after: After = None
    ) -> Connection[Grant]:
        """Page through grants."""
        whose = info.context.account(account)
        if whose is None:
            return empty()
        pages = Pages(
            "grants",
            {"account": whose},
            lambda key, limit: credit.grants(whose, after=_name(key), limit=limit),
            lambda row: (row.grant_id,),
        )
        return await pages.page(info, first, after)

    @root(BILLING, "The discounts of one account, by id, and what they took off.")
    async def discounts(
        self, info: Info, account: Account = None, first: First = PAGE, after: After = None
    ) -> Connection[Discount]:
        """Page through discounts."""
        whose = info.context.account(account)
        if whose is None:
            return empty()
        pages = Pages(
            "discounts",
            {"account": whose},
            lambda key, limit: credit.discounts(whose, after=_name(key), limit=limit),
            lambda row: (row.discount,),
        )
        return await pages.page(info, first, after)

    @root(BILLING, "The payments of one account, oldest first.")
    async def payments(
        self, info: Info, account: Account = None, first: First = PAGE, after: After = None
    ) -> Connection[Payment]:
        """Page through payments."""
        whose = info.context.account(account)
        if whose is None:
            return empty()
        pages = Pages(
            "payments",
            {"account": whose},
            lambda key, limit: receivables.payments(whose, after=_last(key), limit=limit),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)


def _last(key: list[Any] | None) -> int:
    """Return the position a page goes on after."""
    return key[0] if key else 0


def _name(key: list[Any] | None) -> str:
    """Return the id a page goes on after."""
    return key[0] if key else ""
