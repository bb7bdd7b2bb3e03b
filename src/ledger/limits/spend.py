"""What accounts have spent: rows of limits and of charges, read as the rules take them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ledger.events.limits import SpendLimitSet
from ledger.events.streams import stream
from ledger.periods import DAY, instant
from ledger.rating.spending import Spending, limit_on, month_of
from ledger.reads.charges import Spent, SpentWindow
from ledger.reads.entitlements import SpendLimit

Months = list[tuple[SpendLimitSet, SpentWindow]]


def months(rows: Iterable[SpendLimit], days: Mapping[str, date], *, before: int = 0) -> Months:
    """Return the limit that holds for each account on its day, with the month to be summed.

    With ``before``, also for that many months before it, each with the limit of its last day.
    """
    limits: dict[str, list[SpendLimitSet]] = {}
    for row in rows:
        limits.setdefault(row.account, []).append(_fact(row))
    found: Months = []
    for account, each in limits.items():
        day = days[account]
        for _ in range(before + 1):
            month = month_of(day)
            limit = limit_on(each, day)
            if limit is not None:
                window = SpentWindow(len(found), account, month.start, month.end)
                found.append((limit, window))
            day = month.start - DAY
    return found


def spendings(asked: Months, rows: Iterable[Spent]) -> Iterator[Spending]:
    """Yield what was spent under each limit."""
    sums = {row.number: row.spent for row in rows}
    for limit, window in asked:
        yield Spending(limit, month_of(window.month_from), sums[window.number])


def _fact(row: SpendLimit) -> SpendLimitSet:
    return SpendLimitSet(
        originator_id=stream("spend_limit", row.account),
        originator_version=row.version,
        timestamp=instant(row.starts_on, "UTC"),
        account=row.account,
        entity=row.entity,
        currency=row.currency,
        starts_on=row.starts_on,
        amount=row.amount,
        notify_at=tuple(row.notify_at),
        block=row.block,
        invoice_at=row.invoice_at,
    )
