"""Translation: a balance at the closing rate, a result at the rate of the day it was posted on.

Amounts stay exact fractions until they stand in a statement, since an inverted rate ends in no
decimal.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.events.exchange import Exchange

RateOn = Callable[[str, date], Exchange]
"""The exchange rate from a currency into the one that is presented, on a day; or a refusal."""


@dataclass(frozen=True)
class Held:
    """What an account of an entity holds; ``day`` is the posting date of a result, else None."""

    entity: str
    currency: str
    account: str
    day: date | None
    amount: Decimal


@dataclass(frozen=True)
class Presented:
    """The currency and day of a statement, and the rates by which it is reached."""

    currency: str
    on: date
    rate_on: RateOn

    def rate(self, currency: str, day: date | None = None) -> Exchange | None:
        """Return the rate of a day, by default the closing one; None within one currency."""
        return None if currency == self.currency else self.rate_on(currency, day or self.on)

    def worth(self, held: Held) -> Fraction:
        """Return what something held is worth, exactly."""
        exchange = self.rate(held.currency, held.day)
        amount = Fraction(held.amount)
        if exchange is None:
            return amount
        rate = Fraction(exchange.rate)
        return amount / rate if exchange.inverted else amount * rate


def translated(held: Iterable[Held], presented: Presented) -> dict[tuple[str, str], Fraction]:
    """Return what each account of each entity is worth, exactly."""
    found: dict[tuple[str, str], Fraction] = {}
    for each in held:
        key = each.entity, each.account
        found[key] = found.get(key, Fraction()) + presented.worth(each)
    return found
