"""Usage over time: the meter says which of the kept sums is its quantity."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, cast

from ledger.api.context import Info
from ledger.api.scalars import Long
from ledger.api.types.as_of import as_of
from ledger.api.types.usage import Bucket, UsagePoint, UsageSeries
from ledger.errors import BadValue
from ledger.metering import LEVEL
from ledger.money import ZERO
from ledger.reads import subscriptions, usage
from ledger.store.database import Role

POINTS_MAX = 1_000


async def usage_series(
    info: Info,
    account: str | None,
    meter: str,
    start: datetime,
    end: datetime,
    bucket: Bucket,
    dimension: str | None,
) -> UsageSeries:
    """Return the buckets with usage; an account that may not be seen has none."""
    seen = await as_of(info)
    async with info.context.ledger.db.async_transaction(Role.READER) as tx:
        definition = await tx.one(subscriptions.meters([meter]))
    if definition is not None and dimension not in (None, *definition.dimensions):
        known = ", ".join(definition.dimensions) or "none"
        raise BadValue(field="groupBy", why=f"Group by a dimension of the meter; it has {known}.")
    rows: list[usage.UsagePoint] = []
    if account is not None and definition is not None:
        query = usage.usage_over_time(
            account,
            meter,
            start,
            end,
            bucket=cast("Literal['hour', 'day']", bucket.value),
            dimension=dimension,
            level=definition.aggregation == LEVEL,
            limit=POINTS_MAX + 1,
        )
        async with info.context.read() as tx:
            rows = await tx.all(query)
    rows, next_from = _whole_buckets(rows)
    aggregation = definition.aggregation if definition else "sum"
    return UsageSeries(
        account=account or "",
        meter=meter,
        aggregation=definition.aggregation if definition else None,
        unit=definition.unit if definition else None,
        points=[_point(row, aggregation) for row in rows],
        next_from=next_from,
        as_of=seen,
    )


def _point(row: usage.UsagePoint, aggregation: str) -> UsagePoint:
    return UsagePoint(
        start=row.bucket,
        value=row.label or None,
        events=Long(row.events),
        quantity=_quantity(row, aggregation),
    )


def _quantity(row: usage.UsagePoint, aggregation: str) -> Decimal:
    quantities = {
        "sum": row.sum,
        "count": Decimal(row.events),
        "max": row.max,
        "latest": row.latest,
        "unique_count": Decimal(row.keys),
        LEVEL: row.level or ZERO,
    }
    return quantities[aggregation]


def _whole_buckets(
    rows: list[usage.UsagePoint],
) -> tuple[list[usage.UsagePoint], datetime | None]:
    """Cut a long answer where a bucket begins, and tell where that is."""
    if len(rows) <= POINTS_MAX:
        return rows, None
    last = rows[-1].bucket
    if rows[0].bucket == last:
        why = f"The dimension has more than {POINTS_MAX} values in one bucket; use another."
        raise BadValue(field="groupBy", why=why)
    return [row for row in rows if row.bucket < last], last
