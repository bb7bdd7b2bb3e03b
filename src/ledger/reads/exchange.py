"""Reads of exchange rates."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.reads.queries import FIRST_DAY, query
from ledger.store.database import Query

START = ("", "", FIRST_DAY, 0)


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

    @property
    def key(self) -> tuple[str, str, date, int]:
        """Where the page after it begins."""
        return self.base, self.quote, self.starts_on, self.version


def exchange_rates(
    base: str | None = None,
    quote: str | None = None,
    *,
    at: int | None = None,
    after: tuple[str, str, date, int] = START,
    limit: int | None = None,
) -> Query[ExchangeRate]:
    """The exchange rates that were set, of a pair if named: all, or a page of so many."""
    return query(
        "subscriptions",
        "exchange_rates",
        ExchangeRate,
        base=base,
        quote=quote,
        at=at,
        after_base=after[0],
        after_quote=after[1],
        after_on=after[2],
        after=after[3],
        limit=limit,
    )


def exchange_rates_on(
    base: str, quote: str, on: date, at: int | None = None
) -> Query[ExchangeRate]:
    """The rates of both directions between two currencies that hold on a day, as at a position."""
    return query(
        "subscriptions", "exchange_rates_on", ExchangeRate, base=base, quote=quote, on=on, at=at
    )
