"""Reads that measure usage sets: many windows at once, each as of a position of its lane.

Raw usage stays in the database: what comes back is one row per window, or per group of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from ledger.catalog.prices import Dynamic, Percentage
from ledger.metering import LEVEL
from ledger.money import plain
from ledger.reads.queries import FIRST_TIME, query
from ledger.store.database import Query


@dataclass(frozen=True)
class Window:
    """The usage set to measure: [window_from, window_to) as known at ``to_position`` of the lane.

    ``number`` comes back with the answer; ``dimensions`` are those to group by; ``where`` has the
    dimension values that usage must have ("" = none).
    """

    number: int
    lane: int
    account: str
    meter: str
    subscription: str
    aggregation: str
    window_from: datetime
    window_to: datetime
    to_position: int
    dimensions: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Measured:
    """A usage set: ``count`` and ``quantity`` of what stands; ``facts`` and ``digest`` of all."""

    number: int
    count: int
    quantity: Decimal
    facts: int
    digest: str


@dataclass(frozen=True)
class MeasuredGroup:
    """The part of a usage set that has these values of the window's dimensions.

    Of a level over time the ``quantity`` is in level-seconds, and ``carried`` is the level at the
    start of the window.
    """

    number: int
    dimensions: dict[str, str]
    count: int
    quantity: Decimal
    carried: Decimal


@dataclass(frozen=True)
class MeasuredPercentages:
    """What a percentage made of the events of a group, see ``ledger.rating.events``."""

    number: int
    dimensions: dict[str, str]
    free_count: int
    free_value: Decimal
    paid_count: int
    paid_value: Decimal
    raised: Decimal
    lowered: Decimal


@dataclass(frozen=True)
class MeasuredPrices:
    """The events of a group that carry a price, or that do not."""

    number: int
    dimensions: dict[str, str]
    priced: bool
    count: int
    quantity: Decimal
    amount: Decimal


def measure(windows: Sequence[Window]) -> Query[Measured]:
    """The usage sets of many windows at once, one row per window, in the order of their numbers."""
    return query("usage", "measure", Measured, windows=_json(windows))


def measure_groups(windows: Sequence[Window]) -> Query[MeasuredGroup]:
    """The same sets, by the values of each window's dimensions; empty groups have no row."""
    return query("usage", "measure_groups", MeasuredGroup, windows=_json(windows))


def measure_percentages(
    windows: Sequence[tuple[Window, Percentage]],
) -> Query[MeasuredPercentages]:
    """What each window's percentage makes of its events, by group, summed."""
    rows = [_row(window) | _model(model) for window, model in windows]
    return query("usage", "measure_percentages", MeasuredPercentages, windows=Jsonb(rows))


def measure_prices(windows: Sequence[tuple[Window, Dynamic]]) -> Query[MeasuredPrices]:
    """The prices that the events of each window carry, by group, summed."""
    rows = [_row(window) | _model(model) for window, model in windows]
    return query("usage", "measure_prices", MeasuredPrices, windows=Jsonb(rows))


def _json(windows: Sequence[Window]) -> Jsonb:
    return Jsonb([_row(window) for window in windows])


def _row(window: Window) -> dict[str, Any]:
    """Return a window as the queries take it: the values asked for, and the dimensions absent."""
    row = {name: _plain(value) for name, value in vars(window).items() if name != "where"}
    level = window.aggregation == LEVEL
    return row | {
        "read_from": _plain(FIRST_TIME if level else window.window_from),
        "takes": {name: value for name, value in window.where.items() if value},
        "lacks": [name for name, value in window.where.items() if not value],
    }


def _model(model: Percentage | Dynamic) -> dict[str, Any]:
    return {
        name: plain(value) if isinstance(value, Decimal) else value
        for name, value in vars(model).items()
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
