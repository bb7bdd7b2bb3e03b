"""Exchange rates: which one holds on a day, and amounts booked by it.

One EUR = 1.10 USD books 100.00 EUR as 110.00 USD, and 110.00 USD as 100.00 EUR: the other direction
is used inverted where it alone is known. What is booked together is converted once, in total, and
split, so that an entry never needs a rounding difference.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol, TypeVar

from ledger.events.exchange import Exchange
from ledger.money import ONE, ZERO, digits, exactly, round_ratio, spread


class Rate(Protocol):
    """1 ``base`` = ``rate`` ``quote`` from the day ``on`` on: the fact that set it, or its row."""

    @property
    def base(self) -> str: ...
    @property
    def quote(self) -> str: ...
    @property
    def rate(self) -> Decimal: ...
    @property
    def on(self) -> date: ...
    @property
    def source(self) -> str: ...


R = TypeVar("R", bound=Rate)


def rate_on(rates: Iterable[Rate], base: str, quote: str, day: date) -> Exchange | None:
    """Return how a day converts one currency into another, or None where no rate is known."""
    found = latest_on(rates, base, quote, day)
    return exchange_of(found, quote) if found is not None else None


def latest_on(rates: Iterable[R], base: str, quote: str, day: date) -> R | None:
    """Return the latest rate on or before a day: of the pair, else of the other direction.

    ``rates`` are in the order of setting; the same pair and day set again supersedes.
    """
    known = [rate for rate in rates if rate.on <= day]
    for pair in ((base, quote), (quote, base)):
        found = [rate for rate in known if (rate.base, rate.quote) == pair]
        if found:
            return max(enumerate(found), key=lambda each: (each[1].on, each[0]))[1]
    return None


def exchange_of(rate: Rate, quote: str) -> Exchange:
    """Return the conversion into ``quote`` by a rate of either direction."""
    return Exchange(quote, rate.rate, rate.on, rate.source, rate.quote != quote)


def convert(amount: Decimal, exchange: Exchange, mode: str = "half_up") -> Decimal:
    """Return an amount in the exchange's currency, in its minor units."""
    over, by = (ONE, exchange.rate) if exchange.inverted else (exchange.rate, ONE)
    return round_ratio(amount, over, by, digits(exchange.currency), mode)


@exactly
def convert_all(
    amounts: Sequence[Decimal], exchange: Exchange, mode: str = "half_up"
) -> list[Decimal]:
    """Return amounts converted together: they sum to what their sum converts to."""
    total = convert(sum(amounts, ZERO), exchange, mode)
    if exchange.inverted:
        return spread(total, amounts, digits(exchange.currency), exchange.rate)
    shares = [amount * exchange.rate for amount in amounts]
    return spread(total, shares, digits(exchange.currency))
