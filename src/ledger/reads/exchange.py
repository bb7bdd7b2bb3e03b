"""Reads of exchange rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class ExchangeRate:
    """1 ``base`` = ``rate`` ``quote`` from a day on; of one day the later version holds."""

    base: str
    quote: str
    version: int
    starts_on: date
    rate: Decimal
    source: str
    stream: UUID
    position: int

    @property
    def on(self) -> date:
        """The day from which it holds, by the name that the fact has for it."""
        return self.starts_on


def exchange_rates(base: str | None = None, quote: str | None = None) -> Query[ExchangeRate]:
    """Every exchange rate that was set, of a pair if named."""
    return query("subscriptions", "exchange_rates", ExchangeRate, base=base, quote=quote)
