"""The daily usage behind a document's lines, from the daily rollup; no event is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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

LEVEL = "weighted_sum"
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
    query = reads.usage_over_time(
        account, meter, _midnight(first), end, limit=DAYS_MAX + 2, level=aggregation == LEVEL
    )
    points = {point.bucket.astimezone(UTC).date(): point for point in tx.all(query)}
    days = [first + n * DAY for n in range((last - first).days + 1)]
    if aggregation == LEVEL:
        return tuple(zip(days, _levels(days, points), strict=True))
    return tuple((day, _value(points[day], aggregation) if day in points else ZERO) for day in days)


def _levels(days: Sequence[date], points: Mapping[date, UsagePoint]) -> Iterator[Decimal]:
    """Yield the level at the end of each day; it stays where nothing changes it."""
    first = next(iter(points.values()), None)
    level = (first.level or ZERO) - first.sum if first else ZERO
    for day in days:
        if day in points:
            level = points[day].level or ZERO
        yield level


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _value(point: UsagePoint, aggregation: str) -> Decimal:
    """Return what a day counts for its meter."""
    if aggregation in ("count", "unique_count"):
        return Decimal(point.events if aggregation == "count" else point.keys)
    return {"max": point.max, "latest": point.latest}.get(aggregation, point.sum)
