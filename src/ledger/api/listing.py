"""A list that is of one position of the books, whatever comes in while it is paged through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.api.connection import Connection, Pages
from ledger.api.context import Info
from ledger.reads import audit, log
from ledger.reads.audit import Population
from ledger.reads.chart import charted
from ledger.store.database import Query


@dataclass(frozen=True)
class Listing:
    """What a list is asked about; its cursors keep the position that the first page was of."""

    info: Info
    name: str
    entity: str | None
    from_day: date | None
    as_of: date | None
    at: int | None
    after: str | None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def filters(self) -> dict[str, Any]:
        """What a cursor is bound to."""
        return {
            "entity": self.entity,
            "from": self.from_day,
            "to": self.as_of,
            "at": self.at,
            **self.more,
        }

    async def population(self) -> Population:
        """Return the lines asked about, at the position of the cursor, asked for, or last."""
        key = self.info.context.cursors(self.name, self.filters).read(self.after)
        at = self.at if key is None else key[-1]
        if at is None:
            async with self.info.context.read() as tx:
                seen = await tx.one(log.seen())
            assert seen is not None
            at = seen.position
        accounts = await self.info.context.in_thread(lambda tx: charted(tx, at).results)
        return Population(at, self.entity, self.from_day, self.as_of, tuple(accounts))

    async def page(
        self,
        first: int,
        read: Callable[[Population, tuple[int, int], int], Query[Any]],
        key_of: Callable[[Any], tuple[int, int]] = lambda row: row.key,
    ) -> Connection[Any]:
        """Return a page of the list: ``read`` takes the population, where to go on, how many."""
        population = await self.population()
        pages = Pages(
            self.name,
            self.filters,
            lambda key, limit: read(population, (key[0], key[1]) if key else audit.START, limit),
            lambda row: (*key_of(row), population.position),
        )
        return await pages.page(self.info, first, self.after)
