"""Exchange, as the auditor reads it."""

import asyncio
from datetime import date
from typing import Annotated, Any

import strawberry

from ledger.api.access import Scope
from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.api.query.arguments import PAGE, After, Entity, First, OneEntity, said
from ledger.api.roots import root
from ledger.api.scalars import CurrencyCode, Long
from ledger.api.types.as_of import as_of
from ledger.api.types.exchange import ExchangeRate, ExposureReport, RealisedExchange
from ledger.commands.engine.ledger import Ledger
from ledger.reads import exchange, exposure, revaluation
from ledger.store.database import Role

LEDGER = Scope.LEDGER_READ
AtPosition = Annotated[Long | None, said("As the books stood at this position.")]


@strawberry.type
class ExchangeQuery:
    """Rates of exchange, and what they make of balances."""

    @root(LEDGER, "The exchange rates that were set, by pair and day.")
    async def exchange_rates(
        self,
        info: Info,
        base: Annotated[CurrencyCode | None, said("Only of one unit of this currency.")] = None,
        quote: Annotated[CurrencyCode | None, said("Only in this currency.")] = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[ExchangeRate]:
        """Page through exchange rates."""

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (key[0], key[1], date.fromisoformat(key[2]), key[3]) if key else exchange.START
            return exchange.exchange_rates(base, quote, after=mark, limit=limit)

        filters = {"base": base, "quote": quote}
        pages = Pages("exchangeRates", filters, read, lambda row: row.key)
        return await pages.page(info, first, after)

    @root(LEDGER, "What an entity holds in other currencies at the end of a day, and their rates.")
    async def exposures(
        self,
        info: Info,
        entity: OneEntity,
        on: Annotated[date | None, said("The day; the default is today.")] = None,
        at_position: AtPosition = None,
    ) -> ExposureReport:
        """Add up positions by currency and account."""
        ledger = info.context.ledger
        day = on or ledger.clock().date()
        seen = await as_of(info)
        found: Any = await asyncio.to_thread(_exposures, ledger, entity, day, at_position)
        return ExposureReport(entity=entity, on=day, balances=found, as_of=seen)

    @root(LEDGER, "What was gained and lost by exchange rates, by journal entry.")
    async def realised_exchange(
        self,
        info: Info,
        from_: Annotated[date, strawberry.argument(name="from", description="The first day.")],
        to: Annotated[date, said("The last day.")],
        entity: Entity = None,
        at_position: AtPosition = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[RealisedExchange]:
        """Page through the entries on account 7000."""

        def read(key: list[Any] | None, limit: int) -> Any:
            mark = (key[0], key[1]) if key else ("", 0)
            return revaluation.realised(
                entity, from_=from_, as_of=to, at=at_position, after=mark, limit=limit
            )

        filters = {"entity": entity, "from": from_, "to": to, "at": at_position}
        pages = Pages("realisedExchange", filters, read, lambda row: row.key)
        return await pages.page(info, first, after)


def _exposures(ledger: Ledger, entity: str, day: date, at: int | None) -> list[exposure.Exposure]:
    with ledger.db.transaction(Role.READER) as tx:
        return list(exposure.exposures(tx, entity=entity, as_of=day, at=at))
