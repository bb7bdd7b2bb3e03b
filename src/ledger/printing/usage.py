"""The daily usage behind a document's lines, from the daily rollup; no event is read."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from ledger.documents.document import Usage
from ledger.money import ZERO
from ledger.periods import DAY
from ledger.reads import subscriptions as reference
from ledger.reads import usage as reads
from ledger.reads.charges import Charge
from ledger.reads.usage import UsagePoint
from ledger.store.transaction import Transaction

METERS_MAX = 8
DAYS_MAX = 400


def usage_of(
    tx: Transaction, charges: Iterable[Charge], units: dict[str, str | None]
) -> tuple[Usage, ...]:
    """Return the usage of every account and meter behind these charges, the first ones only."""
    spans: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for charge in sorted(charges, key=lambda each: each.position):
        if charge.window_from is None or charge.window_to is None:
            continue
        key = charge.account, charge.meter
        start, end = spans.get(key, (charge.window_from, charge.window_to))
        spans[key] = min(start, charge.window_from), max(end, charge.window_to)
    kinds = {meter.meter: meter.aggregation for meter in tx.all(reference.meters())}
    return tuple(
        Usage(account, meter, units.get(meter), _days(tx, account, meter, kinds[meter], *span))
        for (account, meter), span in list(spans.items())[:METERS_MAX]
    )


def _days(
    tx: Transaction, account: str, meter: str, aggregation: str, start: datetime, end: datetime
) -> tuple[tuple[date, Decimal], ...]:
    """Return what each UTC day that shares an hour with the span has, zero where nothing."""
    first = start.astimezone(UTC).date()
    last = max(first, (end.astimezone(UTC) - timedelta(microseconds=1)).date())
    first = max(first, last - DAYS_MAX * DAY)
    points = tx.all(
        reads.usage_over_time(account, meter, _midnight(first), end, limit=DAYS_MAX + 2)
    )
    found = {point.bucket.astimezone(UTC).date(): _value(point, aggregation) for point in points}
    days = (last - first).days + 1
    return tuple((day, found.get(day, ZERO)) for day in (first + n * DAY for n in range(days)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _value(point: UsagePoint, aggregation: str) -> Decimal:
    """Return what a day counts for its meter; of a level, the highest."""
    if aggregation in ("count", "unique_count"):
        return Decimal(point.events if aggregation == "count" else point.keys)
    return point.max if aggregation in ("max", "latest", "weighted_sum") else point.sum
