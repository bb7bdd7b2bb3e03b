"""What an account may spend: which limit holds on a day, in which month, and how much is left.

Spending counts by calendar month in the account's time zone, net of tax, as it is accrued: billed
or not. 500 a month, 400 accrued: 100 remain, 80 per cent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.limits import SpendLimitSet
from ledger.money import EXACT
from ledger.periods import Period, first_day, following, period_of
from ledger.rating.entitlements import percent_of, reached


@dataclass(frozen=True)
class Spending:
    """What an account has spent in a month, and the limit that holds."""

    limit: SpendLimitSet
    month: Period
    spent: Decimal

    @property
    def remaining(self) -> Decimal | None:
        """What may still be spent; below zero when more was, None without a limit."""
        amount = self.limit.amount
        return None if amount is None else EXACT.subtract(amount, self.spent)

    @property
    def percent(self) -> Decimal | None:
        """How much of the limit is spent, in per cent to two places."""
        amount = self.limit.amount
        return None if amount is None else percent_of(self.spent, amount)

    @property
    def blocked(self) -> bool:
        """Whether a gate stops further usage."""
        amount = self.limit.amount
        return self.limit.block and amount is not None and self.spent >= amount

    @property
    def crossed(self) -> tuple[Decimal, ...]:
        """The per cents to notify at that are reached."""
        amount = self.limit.amount
        return () if amount is None else reached(self.limit.notify_at, self.spent, amount)


def limit_on(limits: Iterable[SpendLimitSet], day: date) -> SpendLimitSet | None:
    """Return the limit that holds on a day; of two with the same start, the one set later."""
    return max(
        (limit for limit in limits if limit.starts_on <= day),
        key=lambda limit: (limit.starts_on, limit.originator_version),
        default=None,
    )


def month_of(day: date) -> Period:
    """Return the calendar month of a day."""
    period = period_of(day)
    return Period(first_day(period), first_day(following(period)))
