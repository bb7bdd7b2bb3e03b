"""Reads of usage: events, rollups over time, completeness, and pages of usage sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from ledger.reads.queries import FIRST_DAY, FIRST_TIME, query
from ledger.store.database import Query


@dataclass(frozen=True)
class UsageEvent:
    """One version of a usage event as its meter took it."""

    lane: int
    account: str
    meter: str
    occurred_at: datetime
    position: int
    stream: UUID
    version: int
    void: bool
    superseded_at: int | None
    recorded_at: datetime
    quantity: Decimal
    source: str
    id: str
    key: str | None
    subscription: str | None
    dimensions: dict[str, str]


@dataclass(frozen=True)
class UsagePoint:
    """The usage of one bucket of time; ``label`` is the dimension's value, "" without one.

    ``level`` is what everything up to the end of the bucket sums to, if it was asked for.
    """

    bucket: datetime
    label: str
    events: int
    sum: Decimal
    max: Decimal
    latest: Decimal
    keys: int
    level: Decimal | None


@dataclass(frozen=True)
class UsedWindow:
    """What a subscription may have used: [window_from, window_to), bounds of billing days."""

    number: int
    lane: int
    account: str
    meter: str
    subscription: str
    aggregation: str
    window_from: datetime
    window_to: datetime


@dataclass(frozen=True)
class Used:
    """How much a window holds, as known now."""

    number: int
    quantity: Decimal


@dataclass(frozen=True)
class Receipts:
    """What a source sent on a UTC day: received = accepted + duplicate + dead_lettered."""

    source: str
    day: date
    received: int
    accepted: int
    duplicate: int
    dead_lettered: int
    replayed: int


def usage_over_time(
    account: str,
    meter: str,
    start: datetime,
    end: datetime,
    *,
    bucket: Literal["hour", "day"] = "day",
    dimension: str | None = None,
    level: bool = False,
    after: tuple[datetime, str] = (FIRST_TIME, ""),
    limit: int = 1_000,
) -> Query[UsagePoint]:
    """Usage of one meter of one account in [start, end), by UTC hour or day, by one dimension.

    ``level`` asks for the level at the end of each bucket, which a weighted_sum meter has.
    """
    return query(
        "usage",
        "usage_hours" if bucket == "hour" else "usage_days",
        UsagePoint,
        account=account,
        meter=meter,
        dimension=dimension,
        level=level,
        after=after[0],
        after_label=after[1],
        limit=limit,
        **{"from": start, "to": end},
    )


def usage_events(
    account: str,
    meter: str,
    start: datetime,
    end: datetime,
    *,
    after: tuple[datetime, int] = (FIRST_TIME, 0),
    limit: int = 100,
) -> Query[UsageEvent]:
    """A page of the current usage events of one meter of one account in [start, end)."""
    return query(
        "usage",
        "usage_events",
        UsageEvent,
        account=account,
        meter=meter,
        after=after[0],
        after_position=after[1],
        limit=limit,
        **{"from": start, "to": end},
    )


def usage_versions(stream: UUID) -> Query[UsageEvent]:
    """Every version of one usage event, oldest first."""
    return query("usage", "usage_versions", UsageEvent, stream=stream)


def used(windows: Sequence[UsedWindow]) -> Query[Used]:
    """How much each window of sums, counts, maxima or latest values holds, from rollups."""
    return query("usage", "used", Used, windows=_json(windows))


def used_keys(windows: Sequence[UsedWindow]) -> Query[Used]:
    """How many distinct keys each window holds."""
    return query("usage", "used_keys", Used, windows=_json(windows))


def used_level(windows: Sequence[UsedWindow]) -> Query[Used]:
    """The level-seconds of each window."""
    return query("usage", "used_level", Used, windows=_json(windows))


def usage_set(
    charge: str, *, after: tuple[datetime, int] = (FIRST_TIME, 0), limit: int = 100
) -> Query[UsageEvent]:
    """A page of the usage behind a charge, by (occurred_at, position), as it stood when rated."""
    return query(
        "usage",
        "usage_set",
        UsageEvent,
        charge=charge,
        after=after[0],
        after_position=after[1],
        limit=limit,
    )


def completeness(
    source: str | None = None,
    start: date | None = None,
    end: date | None = None,
    *,
    after: tuple[str, date] = ("", FIRST_DAY),
    limit: int = 1_000,
) -> Query[Receipts]:
    """What came in per source and UTC day of receipt in [start, end)."""
    return query(
        "usage",
        "completeness",
        Receipts,
        source=source,
        after=after[0],
        after_day=after[1],
        limit=limit,
        **{"from": start, "to": end},
    )


def _json(windows: Sequence[UsedWindow]) -> Jsonb:
    return Jsonb([{name: _plain(value) for name, value in vars(w).items()} for w in windows])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
