"""Tests of journal entries, cut-off, prior periods and closings, as the auditor reads them."""

from decimal import Decimal
from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection
from ledger.api.context import Info
from ledger.api.listing import Listing
from ledger.api.query.arguments import PAGE, After, Entity, First, FromDay, said
from ledger.api.query.statements import AsOfDay, AtPosition
from ledger.api.roots import root
from ledger.api.scalars import Long
from ledger.api.types.audit import (
    CutOff,
    CutOffLine,
    JournalEntryTests,
    PeriodStanding,
    PriorPeriodLine,
    ReopenedEntry,
    YearEndLine,
)
from ledger.errors import BadValue
from ledger.reads import audit, closing

LEDGER = Scope.LEDGER_READ
RARE_MAX = 100
NEAR_MAX = 31


@strawberry.type
class AuditQuery:
    """What auditors test and why; pages are of the position that the first was of."""

    @root(LEDGER, "The full population for tests of journal entries (AS 2401, ISA 240).")
    async def journal_entry_tests(
        self,
        info: Info,
        entity: Entity = None,
        from_day: FromDay = None,
        as_of: AsOfDay = None,
        at_position: AtPosition = None,
        round_to: Annotated[Decimal, said("Multiples of this are round.")] = Decimal(1_000),
        rare_below: Annotated[int, said("Pairs seen fewer times are rare, 1 to 100.")] = 5,
    ) -> JournalEntryTests:
        """Sum up the population; its lines are paged."""
        if round_to <= 0:
            raise BadValue(field="roundTo", why="What is round is a multiple of more than zero.")
        _within("rareBelow", rare_below, RARE_MAX)
        more = {"roundTo": round_to, "rareBelow": rare_below}
        asked = Listing(info, "journalEntryTests", entity, from_day, as_of, at_position, None, more)
        population = await asked.population()
        async with info.context.read() as tx:
            totals: Any = await tx.all(audit.journal_entry_totals(population))
        return JournalEntryTests(
            position=Long(population.position),
            totals=totals,
            asked=asked,
            round_to=round_to,
            rare_below=rare_below,
        )

    @root(LEDGER, "Result whose service was not in the month of its posting, in sums.")
    async def cut_off(
        self,
        info: Info,
        entity: Entity = None,
        from_day: FromDay = None,
        as_of: AsOfDay = None,
        at_position: AtPosition = None,
    ) -> list[CutOff]:
        """Sum up what is out of its month."""
        asked = Listing(info, "cutOff", entity, from_day, as_of, at_position, None)
        population = await asked.population()
        async with info.context.read() as tx:
            rows: Any = await tx.all(audit.cut_off(population))
        return list(rows)

    @root(LEDGER, "The lines behind the cut-off sums.")
    async def cut_off_lines(
        self,
        info: Info,
        entity: Entity = None,
        from_day: FromDay = None,
        as_of: AsOfDay = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[CutOffLine]:
        """Page through what is out of its month."""
        asked = Listing(info, "cutOffLines", entity, from_day, as_of, at_position, after)
        return await asked.page(
            first,
            lambda population, key, limit: audit.cut_off_lines(population, after=key, limit=limit),
        )

    @root(LEDGER, "Income and expense posted within days of the turn of a year.")
    async def year_end_lines(
        self,
        info: Info,
        entity: Entity = None,
        from_day: FromDay = None,
        as_of: AsOfDay = None,
        at_position: AtPosition = None,
        near_days: Annotated[int, said("How near, 1 to 31 days.")] = 7,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[YearEndLine]:
        """Page through both sides of the turn."""
        _within("nearDays", near_days, NEAR_MAX)
        more = {"nearDays": near_days}
        asked = Listing(info, "yearEndLines", entity, from_day, as_of, at_position, after, more)
        return await asked.page(
            first,
            lambda population, key, limit: audit.year_end_lines(
                population, near=near_days, after=key, limit=limit
            ),
        )

    @root(LEDGER, "What was posted of months that were closed already, and why.")
    async def prior_period(
        self,
        info: Info,
        entity: Entity = None,
        from_day: FromDay = None,
        as_of: AsOfDay = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[PriorPeriodLine]:
        """Page through what came too late."""
        asked = Listing(info, "priorPeriod", entity, from_day, as_of, at_position, after)
        return await asked.page(
            first,
            lambda population, key, limit: audit.prior_period(population, after=key, limit=limit),
        )

    @root(LEDGER, "The entries posted into periods between a reopening and the next closing.")
    async def reopened(
        self,
        info: Info,
        entity: Entity = None,
        from_day: FromDay = None,
        as_of: AsOfDay = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[ReopenedEntry]:
        """Page through what a reopening let in."""
        asked = Listing(info, "reopened", entity, from_day, as_of, at_position, after)
        return await asked.page(
            first,
            lambda population, key, limit: audit.reopened(population, after=key[0], limit=limit),
            lambda row: (row.position, 1),
        )

    @root(LEDGER, "Every period that was ever closed, and whether its digest still holds.")
    async def closings(self, info: Info, entity: Entity = None) -> list[PeriodStanding]:
        """Compute the digests of closed periods again."""
        found: Any = await info.context.in_thread(lambda tx: closing.standings(tx, entity))
        return list(found)


def _within(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise BadValue(field=name, why=f"{name} is a number from 1 to {most}.")
