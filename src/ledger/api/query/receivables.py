"""What is owed: open items and statements of one account, ageing and balances over all of them.

Each answers for the end of any day and as the books stood at any position; without these, for
everything that is posted.
"""

from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages, empty
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, Account, After, Entity, First, said
from ledger.api.roots import root
from ledger.api.scalars import Long
from ledger.api.types.as_of import as_of
from ledger.api.types.receivables import (
    AccountBalance,
    AgeingRow,
    OpenItem,
    Statement,
    StatementLine,
    UnappliedCash,
)
from ledger.reads import receivables
from ledger.reads.queries import FIRST_DAY

BILLING = Scope.BILLING_READ
LEDGER = Scope.LEDGER_READ

AsOfDay = Annotated[
    date | None, strawberry.argument(name="asOf", description="At the end of this day.")
]
AtPosition = Annotated[Long | None, said("As the books stood at this position.")]
Since = Annotated[
    date | None, strawberry.argument(name="from", description="From this day on, inclusive.")
]
Until = Annotated[date | None, strawberry.argument(description="Up to this day, inclusive.")]
Whose = Annotated[strawberry.ID | None, said("Only of this account.")]


@strawberry.type
class ReceivablesQuery:
    """The reads of the receivables sub-ledger."""

    @root(BILLING, "The open items of one account, oldest due first.")
    async def open_items(
        self,
        info: Info,
        account: Account = None,
        as_of_day: AsOfDay = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[OpenItem]:
        """Page through open items."""
        whose = info.context.account(account)
        if whose is None:
            return empty()
        scope = receivables.Scope(whose, None, as_of_day, at_position)

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (key[0], date.fromisoformat(key[1]), key[2]) if key else ("", FIRST_DAY, "")
            return receivables.open_items_as_of(scope, after=mark, limit=limit)

        pages = Pages(
            "openItems", vars(scope), read, lambda row: (row.account, row.due_on, row.number)
        )
        return await pages.page(info, first, after)

    @root(BILLING, "Both ends of an account's statement; null if it never had an entry.")
    async def statement(
        self,
        info: Info,
        account: Account = None,
        from_: Since = None,
        to: Until = None,
        at_position: AtPosition = None,
    ) -> Statement | None:
        """Sum up an account before a day and at the end of another."""
        whose = info.context.account(account)
        if whose is None:
            return None
        seen = await as_of(info)
        scope = receivables.Scope(whose, None, to, at_position)
        async with info.context.read() as tx:
            found = await tx.one(receivables.statement_totals(scope, from_=from_))
        if found is None:
            return None
        row: Any = SimpleNamespace(**vars(found), as_of=seen)
        return row  # type: ignore[no-any-return]

    @root(BILLING, "What moved an account from one day to another, in the order of days.")
    async def statement_lines(
        self,
        info: Info,
        account: Account = None,
        from_: Since = None,
        to: Until = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[StatementLine]:
        """Page through a statement."""
        whose = info.context.account(account)
        if whose is None:
            return empty()

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (date.fromisoformat(key[0]), key[1]) if key else (FIRST_DAY, 0)
            return receivables.statement(
                whose, from_=from_, to=to, at=at_position, after=mark, limit=limit
            )

        filters = {"account": whose, "from": from_, "to": to, "at": at_position}
        pages = Pages("statementLines", filters, read, lambda row: (row.day, row.position))
        return await pages.page(info, first, after)

    @root(LEDGER, "What is open per account, by days overdue at the end of a day (today's).")
    async def ageing(
        self,
        info: Info,
        entity: Entity = None,
        account: Whose = None,
        as_of_day: AsOfDay = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[AgeingRow]:
        """Page through accounts by age."""
        scope = receivables.Scope(account, entity, as_of_day, at_position)
        on = as_of_day or info.context.ledger.clock().date()
        pages = Pages(
            "ageing",
            vars(scope),
            lambda key, limit: receivables.ageing(on, scope, after=_last(key), limit=limit),
            lambda row: (row.account,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "What accounts owe and have with us, those without a balance left out.")
    async def balances(
        self,
        info: Info,
        entity: Entity = None,
        as_of_day: AsOfDay = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[AccountBalance]:
        """Page through balances."""
        scope = receivables.Scope(None, entity, as_of_day, at_position)
        pages = Pages(
            "balances",
            vars(scope),
            lambda key, limit: receivables.balances_as_of(scope, after=_last(key), limit=limit),
            lambda row: (row.account,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "The payments of which some cash is on no invoice, oldest first.")
    async def unapplied_cash(
        self,
        info: Info,
        entity: Entity = None,
        account: Whose = None,
        as_of_day: AsOfDay = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[UnappliedCash]:
        """Page through unapplied cash."""
        scope = receivables.Scope(account, entity, as_of_day, at_position)
        pages = Pages(
            "unappliedCash",
            vars(scope),
            lambda key, limit: receivables.unapplied_cash(
                scope, after=key[0] if key else 0, limit=limit
            ),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)


def _last(key: list[Any] | None) -> str:
    """Return the account that a page goes on after."""
    return str(key[0]) if key else ""
