"""What the portal sees of usage: sums over time, single events, and what a charge was made of."""

from datetime import datetime
from decimal import Decimal
from enum import Enum

import strawberry

from ledger.api.scalars import Json, Long
from ledger.api.types.as_of import AsOf
from ledger.api.types.fields import about


@strawberry.enum(description="How long a bucket of usage is; buckets begin in UTC.")
class Bucket(Enum):
    """The grain of usage over time."""

    HOUR = strawberry.enum_value("hour", description="One hour.")
    DAY = strawberry.enum_value("day", description="One day.")


@strawberry.type(description="Usage of one meter in one bucket, of one value of a dimension.")
class UsagePoint:
    """A point of usage over time."""

    start: datetime = about("When the bucket begins.")
    value: str | None = about("The dimension's value; null without a dimension or without a value.")
    events: Long = about("How many events count.")
    quantity: Decimal = about(
        "The meter's aggregate: sum, count, max, latest, unique count, or the level at its end."
    )


@strawberry.type(description="Usage of one meter of one account over time.")
class UsageSeries:
    """Usage over time; empty buckets are left out."""

    account: str = about("The account.")
    meter: str = about("The meter.")
    aggregation: str | None = about("How the meter adds events up.")
    unit: str | None = about("What the meter counts.")
    points: list[UsagePoint] = about("The buckets with usage, by time, then value.")
    next_from: datetime | None = about("Ask again from here when the answer was cut; else null.")
    as_of: AsOf | None = about("What this answer knows of the books.")


@strawberry.type(description="A usage event as it counts today.")
class UsageEvent:
    """The current version of a usage event."""

    source: str = about("Who sent it.")
    id: strawberry.ID = about("Its id at the source.")
    account: str = about("The account that used.")
    meter: str = about("The meter that took it.")
    occurred_at: datetime = about("When it happened.")
    recorded_at: datetime = about("When this version was recorded.")
    quantity: Decimal = about("What the meter took from it.")
    dimensions: Json = about("The meter's dimensions, by name.")
    subscription: str | None = about("The subscription that it names, if any.")
    version: int = about("1 as recorded, more after corrections.")
    lane: int = about("The lane of its fact.")
    position: Long = about("The position of its fact.")
