"""What a report is asked for, and how a read is drained page by page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from ledger.periods import first_day, last_day
from ledger.store.transaction import Query, Transaction

Row = TypeVar("Row")
PAGE = 1_000


@dataclass(frozen=True)
class Criteria:
    """What the tests of journal entries call round, seldom, and near the end of a year."""

    round_to: Decimal = Decimal(1_000)
    rare_below: int = 5
    near_days: int = 7


@dataclass(frozen=True)
class Asked:
    """What a report is narrowed to; a report ignores what it has no use for."""

    today: date
    entity: str | None = None
    account: str | None = None
    target: str | None = None
    source: str | None = None
    as_of: date | None = None
    from_: date | None = None
    at: int | None = None
    currency: str | None = None
    period: str | None = None
    ledger_account: str | None = None
    compare: date | None = None
    by_month: bool = False
    criteria: Criteria = Criteria()

    @property
    def first(self) -> date | None:
        """The first posting date asked about."""
        return first_day(self.period, "period") if self.period else self.from_

    @property
    def last(self) -> date | None:
        """The last posting date asked about."""
        return last_day(self.period) if self.period else self.as_of


def every(
    tx: Transaction,
    page: Callable[[Any], Query[Row]],
    place: Callable[[Row], Any],
    start: Any,
) -> Iterator[Row]:
    """Yield every row of a paged read; ``place`` tells where the page after a row begins."""
    after = start
    while True:
        rows = tx.all(page(after))
        yield from rows
        if len(rows) < PAGE:
            return
        after = place(rows[-1])
