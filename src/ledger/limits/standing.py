"""What is left to one account: its entitlements and its spending, with what the answer knows.

The steps are the same for whoever waits for the database and whoever does not: a generator yields
each read and is sent its rows.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.limits.contracts import asked, measures, standings
from ledger.limits.spend import months, spendings
from ledger.periods import instant, local_day
from ledger.rating.entitlements import Standing
from ledger.rating.spending import Spending
from ledger.reads import charges, entitlements, subscriptions
from ledger.reads.entitlements import Known
from ledger.reads.usage import Used
from ledger.store.database import AsyncTransaction, Query, Transaction

Steps = Generator[Query[Any], list[Any], "Limits | None"]


@dataclass(frozen=True)
class Limits:
    """How an account stands: ``known`` says up to which usage fact the answer is complete."""

    known: Known
    standings: tuple[Standing, ...]
    spending: Spending | None

    @property
    def strictest(self) -> Standing | None:
        """The entitlement of which the least is left."""
        return min(self.standings, key=lambda each: each.remaining, default=None)

    @property
    def blocked(self) -> bool:
        """Whether a gate stops further usage, for any reason."""
        spent = self.spending is not None and self.spending.blocked
        return spent or any(each.blocked for each in self.standings)

    @property
    def month_ends_at(self) -> datetime | None:
        """When spending counts from nothing again."""
        spending = self.spending
        return None if spending is None else instant(spending.month.end, self.known.time_zone)


def limits(account: str, at: datetime, meter: str | None = None) -> Steps:
    """Ask how an account stands at a moment, for one meter or all; None if there is no account."""
    known: list[Known] = yield entitlements.known(account)
    if not known:
        return None
    every = asked((yield subscriptions.contracts([account])), at, meter)
    measured: list[Used] = []
    for query in measures(every):
        measured += yield query
    day = local_day(at, known[0].time_zone)
    limited = (yield entitlements.spend_limits([account])) if known[0].limited else []
    under = months(limited, {account: day})
    sums = (yield charges.spent([window for _, window in under])) if under else []
    spending = next(iter(spendings(under, sums)), None)
    return Limits(known[0], tuple(standings(every, measured)), spending)


def answer(tx: Transaction, steps: Steps) -> Limits | None:
    """Take the steps one by one."""
    rows: list[Any] | None = None
    try:
        while True:
            rows = tx.all(steps.send(rows) if rows is not None else next(steps))
    except StopIteration as done:
        found: Limits | None = done.value
        return found


async def answer_async(tx: AsyncTransaction, steps: Steps) -> Limits | None:
    """Take the steps on an event loop."""
    rows: list[Any] | None = None
    try:
        while True:
            rows = await tx.all(steps.send(rows) if rows is not None else next(steps))
    except StopIteration as done:
        found: Limits | None = done.value
        return found
