"""The books as the auditor reads them: the journal and the trial balance."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, After, Entity, First, OneEntity, Position, said
from ledger.api.roots import root
from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.as_of import as_of
from ledger.api.types.journal import (
    JournalEntry,
    JournalLine,
    Period,
    TrialBalance,
    TrialBalanceAccount,
)
from ledger.reads import journal

LEDGER = Scope.LEDGER_READ


@strawberry.type
class BooksQuery:
    """The reads of the auditor."""

    @root(LEDGER, "Journal lines, in the order of posting.")
    async def journal_lines(
        self,
        info: Info,
        entity: Entity = None,
        account: Annotated[str | None, said("Only of this account of the chart.")] = None,
        customer: Annotated[strawberry.ID | None, said("Only of this customer.")] = None,
        period: Annotated[str | None, said("Only of this period, such as 2026-10.")] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[JournalLine]:
        """Page through the journal."""
        filters: dict[str, Any] = {
            "entity": entity,
            "account": account,
            "customer": customer,
            "period": period,
        }
        pages = Pages(
            "journalLines",
            filters,
            lambda key, limit: journal.journal_lines(
                **filters, after=(key[0], key[1]) if key else (0, 0), limit=limit
            ),
            lambda row: (row.position, row.line),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "The journal entry at a position of the books; null if there is none.")
    async def journal_entry(self, info: Info, position: Position) -> JournalEntry | None:
        """Find an entry with its lines."""
        async with info.context.read() as tx:
            rows: list[Any] = await tx.all(journal.entries([position]))
        return _entry(rows) if rows else None

    @root(LEDGER, "The periods that were ever closed, soft or for good; every other one is open.")
    async def periods(self, info: Info, entity: Entity = None) -> list[Period]:
        """List periods."""
        async with info.context.read() as tx:
            rows: Any = await tx.all(journal.periods(entity))
        return rows  # type: ignore[no-any-return]

    @root(LEDGER, "The trial balance of an entity; without dates, of everything posted.")
    async def trial_balance(
        self,
        info: Info,
        entity: OneEntity,
        as_of_day: Annotated[
            date | None, strawberry.argument(name="asOf", description="Up to this posting date.")
        ] = None,
        at_position: Annotated[Long | None, said("As the books stood at this position.")] = None,
    ) -> TrialBalance:
        """Sum up the journal."""
        seen = await as_of(info)
        async with info.context.read() as tx:
            rows: Any = await tx.all(journal.trial_balance(entity, as_of=as_of_day, at=at_position))
        accounts: list[TrialBalanceAccount] = rows
        return TrialBalance(
            entity=entity,
            currency=CurrencyCode(rows[0].currency) if rows else None,
            accounts=accounts,
            total=sum((row.balance for row in accounts), Decimal(0)),
            as_of=seen,
        )


def _entry(rows: list[Any]) -> JournalEntry:
    head = rows[0]
    return JournalEntry(
        entry=strawberry.ID(head.entry),
        position=Long(head.position),
        entity=head.entity,
        currency=head.currency,
        posted_on=head.posted_on,
        period=head.period,
        rule=head.rule,
        text=head.text,
        recorded_at=head.recorded_at,
        lines=rows,
    )
