"""What an auditor asks: the books, their completeness, and where every line came from."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from ledger import lineage as story
from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages, checked
from ledger.api.context import Info
from ledger.api.query.arguments import (
    PAGE,
    After,
    Entity,
    First,
    FromDay,
    Lane,
    OneEntity,
    Position,
    ToDay,
    said,
)
from ledger.api.roots import root
from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.as_of import as_of
from ledger.api.types.journal import (
    Fact,
    JournalEntry,
    JournalLine,
    Receipt,
    TrialBalance,
    TrialBalanceAccount,
)
from ledger.api.types.lineage import Lineage, LineageUsage, graph, usage_of
from ledger.errors import BadValue, Unknown
from ledger.reads import journal, log, usage
from ledger.reads.queries import FIRST_DAY

LEDGER = Scope.LEDGER_READ
LINEAGE = Scope.LINEAGE_READ

Line = Annotated[strawberry.ID, said("The line, such as 871.2: entry's position, dot, number.")]
UsageFirst = Annotated[int, said("How many events of each usage set, 1 to 200.")]
UsageAfter = Annotated[str | None, said("Continue a usage set after this, from its `after`.")]
Prove = Annotated[bool, said("Compute count, quantity and digest of every usage set again.")]


@strawberry.type
class AuditorQuery:
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

    @root(LINEAGE, "Down from a journal line to the usage events behind it; null if unknown.")
    async def lineage(
        self,
        info: Info,
        line: Line,
        first: UsageFirst = 100,
        after: UsageAfter = None,
        prove: Prove = False,
    ) -> Lineage | None:
        """Walk the causes."""
        seen = await as_of(info)
        try:
            node = await info.context.in_thread(
                lambda tx: story.down(tx, line, first=checked(first), after=after, prove=prove)
            )
        except Unknown:
            return None
        return graph(node, down=True, as_of=seen)

    @root(LINEAGE, "A page of the usage events behind a charge; null if unknown.")
    async def charge_usage(
        self,
        info: Info,
        charge: Annotated[strawberry.ID, said("The charge.")],
        first: UsageFirst = 100,
        after: UsageAfter = None,
        prove: Prove = False,
    ) -> LineageUsage | None:
        """Go on in one usage set."""
        try:
            view = await info.context.in_thread(
                lambda tx: story.usage_page(
                    tx, charge, first=checked(first), after=after, prove=prove
                )
            )
        except Unknown:
            return None
        return usage_of(view)

    @root(LINEAGE, "Up from a usage event to every line and document it led to; null if unknown.")
    async def trace(
        self,
        info: Info,
        source: Annotated[str, said("Who sent the event.")],
        id: Annotated[strawberry.ID, said("Its id at the source.")],  # noqa: A002
    ) -> Lineage | None:
        """Walk the effects."""
        seen = await as_of(info)
        try:
            node = await info.context.in_thread(lambda tx: story.up(tx, source, id))
        except Unknown:
            return None
        return graph(node, down=False, as_of=seen)

    @root(LEDGER, "The facts of a lane, in order: the log itself.")
    async def facts(
        self, info: Info, lane: Lane = 0, first: First = PAGE, after: After = None
    ) -> Connection[Fact]:
        """Page through a lane."""
        pages = Pages(
            "facts",
            {"lane": lane},
            lambda key, limit: log.facts(lane, after=key[0] if key else 0, limit=limit),
            lambda row: (row.position,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "The fact at a place; null if there is none.")
    async def fact(self, info: Info, position: Position, lane: Lane = 0) -> Fact | None:
        """Find a fact."""
        async with info.context.read() as tx:
            found: Any = await tx.one(log.facts(lane, after=position - 1, limit=1))
        return found if found and found.position == position else None

    @root(LEDGER, "The facts of one stream, by version.")
    async def stream(
        self,
        info: Info,
        id: Annotated[strawberry.ID, said("The stream, a UUID.")],  # noqa: A002
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Fact]:
        """Page through a stream."""
        stream = _uuid(id)
        pages = Pages(
            "stream",
            {"stream": stream},
            lambda key, limit: log.facts_of_stream(stream, after=key[0] if key else 0, limit=limit),
            lambda row: (row.version,),
        )
        return await pages.page(info, first, after)

    @root(LEDGER, "What came in per source and day: received = accepted + duplicate + refused.")
    async def completeness(
        self,
        info: Info,
        source: Annotated[str | None, said("Only from this source.")] = None,
        from_: FromDay = None,
        to: ToDay = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Receipt]:
        """Page through receipts."""

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (key[0], date.fromisoformat(key[1])) if key else ("", FIRST_DAY)
            return usage.completeness(source, from_, to, after=mark, limit=limit)

        filters = {"source": source, "from": from_, "to": to}
        pages = Pages("completeness", filters, read, lambda row: (row.source, row.day))
        return await pages.page(info, first, after)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadValue(field="id", why="A stream's id is a UUID; take it from a fact.") from None


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
