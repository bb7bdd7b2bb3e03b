"""Exchange rates: which one holds on a day, and amounts booked by it.

One EUR = 1.10 USD books 100.00 EUR as 110.00 USD, and 110.00 USD as 100.00 EUR: the other direction
is used inverted where it alone is known. What is booked together is converted once, in total, and
split, so that an entry never needs a rounding difference.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from ledger.events.exchange import Exchange
from ledger.money import ONE, ZERO, digits, exactly, round_ratio, spread


class Rate(Protocol):
    """A rate as a fact sets it, or as a row of the projection has it."""

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


def rate_on(rates: Iterable[Rate], base: str, quote: str, day: date) -> Exchange | None:
    """Return the latest rate on or before a day: of the pair, else of the other direction.

    ``rates`` are in the order of setting; the same pair and day set again supersedes.
    """
    known = [rate for rate in rates if rate.on <= day]
    for inverted, pair in ((False, (base, quote)), (True, (quote, base))):
        found = [rate for rate in known if (rate.base, rate.quote) == pair]
        if found:
            _, latest = max(enumerate(found), key=lambda each: (each[1].on, each[0]))
            return Exchange(quote, latest.rate, latest.on, latest.source, inverted)
    return None


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
