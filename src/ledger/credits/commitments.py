"""Commitments: what is missing of an agreed minimum, at its end or as a line over its days.

A minimum of 3,000.00 a quarter of which 30 of 90 days are over stands at 1,000.00; with 400.00 of
usage to date 600.00 are missing. As billed, nothing is until the quarter is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.money import ZERO, digits, round_money, round_ratio
from ledger.periods import Period

AS_BILLED, STRAIGHT_LINE = "as_billed", "straight_line"


@dataclass(frozen=True)
class Committed:
    """A minimum for a ``natural`` interval, agreed for the days of it in ``covered``."""

    amount: Decimal
    natural: Period
    covered: Period
    currency: str
    mode: str = "half_up"

    def up_to(self, day: date) -> Decimal:
        """Return the part of the minimum for the covered days before a day.

        Parts of one interval that are agreed one after the other sum to the parts of the whole.
        """
        day = min(max(day, self.covered.start), self.covered.end)
        return self._left(self.covered.start) - self._left(day)

    def _left(self, day: date) -> Decimal:
        days = Decimal((self.natural.end - self.natural.start).days)
        left = Decimal((self.natural.end - day).days)
        return round_ratio(self.amount, left, days, digits(self.currency), self.mode)


def shortfall(
    committed: Committed, policy: str, rated_to: date, usage: Iterable[Decimal]
) -> Decimal:
    """Return what is missing by a day; ``usage`` are the net charges of the interval to date."""
    if policy == AS_BILLED and rated_to < committed.covered.end:
        return round_money(ZERO, committed.currency)
    missing = committed.up_to(rated_to) - sum(usage, ZERO)
    return round_money(max(missing, ZERO), committed.currency)
