"""How a usage event becomes a quantity, and how quantities become one.

Owns what a meter takes from an event's properties (once, when the event is recorded) and the
meaning of the aggregations; SQL aggregates the same in sets. Does not own whether an event can be
stored (ingest) nor its price (rating).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec import Struct as Record

from ledger.errors import BadValue
from ledger.events.catalog import MeterDefined
from ledger.money import ONE, ZERO, exactly, is_decimal, plain, round_ratio, trimmed

AGGREGATIONS = ("count", "sum", "max", "latest", "unique_count", "weighted_sum")
LEVEL = "weighted_sum"
PLACES = 12
MICROSECOND = timedelta(microseconds=1)

_INTEGER_MAX = 10**18 - 1
# Dimensions and keys are grouped and indexed; a longer text would not fit an index row.
TEXT_MAX = 500
# A decimal string that is plain already: no leading zeros, no negative zero. Most are.
_canonical = re.compile(r"(?:0|-?[1-9][0-9]{0,17})(?:\.[0-9]{1,12})?", re.ASCII).fullmatch


class Taken(Record, frozen=True, gc=False):
    """What a meter took: the quantity as a plain decimal string, the distinct ``key`` of a
    unique_count meter, and the declared dimensions that are not empty."""

    text: str
    key: str | None
    dimensions: dict[str, str]

    @property
    def quantity(self) -> Decimal:
        """Return the quantity as a number."""
        return Decimal(self.text)


class Reading(NamedTuple):
    """One usage event as its meter sees it; ``position`` breaks ties of time."""

    occurred_at: datetime
    position: int
    quantity: Decimal
    key: str | None = None


Taker = Callable[[Mapping[str, Any]], Taken]


def take(meter: MeterDefined, properties: Mapping[str, Any]) -> Taken:
    """Take from one event what its meter counts; a value it cannot use is BAD_VALUE."""
    return taker(meter)(properties)


def taker(meter: MeterDefined) -> Taker:
    """Return ``take`` for one meter, compiled for the path that every event goes."""
    dimensions = _dimensions_of(meter.dimensions)
    name = meter.value
    if meter.aggregation == "count":
        return lambda properties: Taken("1", None, dimensions(properties))
    if meter.aggregation == "unique_count":
        return lambda properties: Taken(
            "1", _key(name, properties.get(name)), dimensions(properties)
        )
    assert meter.aggregation in AGGREGATIONS, meter.aggregation

    def measured(properties: Mapping[str, Any]) -> Taken:
        value = properties.get(name)
        if type(value) is not str or _canonical(value) is None:
            value = _number(name, value)
        return Taken(value, None, dimensions(properties))

    return measured


@exactly
def aggregate(aggregation: str, readings: Iterable[Reading]) -> Decimal:
    """Return the quantity of a set of events; of no events it is zero.

    latest is the one that occurred last, and of those the one recorded last. A level over time is
    no matter of the events alone, see ``level_time``.
    """
    rows = list(readings)
    if aggregation == "count":
        return Decimal(len(rows))
    if aggregation == "sum":
        return sum((row.quantity for row in rows), ZERO)
    if aggregation == "max":
        return max((row.quantity for row in rows), default=ZERO)
    if aggregation == "latest":
        last = max(rows, key=lambda row: (row.occurred_at, row.position), default=None)
        return last.quantity if last else ZERO
    assert aggregation == "unique_count", aggregation
    return Decimal(len({row.key for row in rows}))


@exactly
def level_time(
    carried: Decimal, readings: Iterable[Reading], start: datetime, end: datetime
) -> Decimal:
    """Return the level-seconds of a weighted_sum meter in [start, end).

    Every event changes the level by its quantity, from its time on; ``carried`` is the level with
    which the window begins. SQL sums the same.
    """
    changes = (row.quantity * seconds_between(row.occurred_at, end) for row in readings)
    return carried * seconds_between(start, end) + sum(changes, ZERO)


def level(level_seconds: Decimal, over: Decimal) -> Decimal:
    """Return the quantity of a weighted_sum meter: level × share of ``over``, to 12 decimals."""
    return trimmed(round_ratio(level_seconds, ONE, over, PLACES))


def seconds_between(start: datetime, end: datetime) -> Decimal:
    """Return how many seconds lie between two instants, exactly, to the microsecond."""
    return Decimal((end - start) // MICROSECOND).scaleb(-6)


def _dimensions_of(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], dict[str, str]]:
    def dimensions(properties: Mapping[str, Any]) -> dict[str, str]:
        found = {}
        for name in names:
            value = properties.get(name)
            if value is not None and value != "":
                is_plain = type(value) is str and len(value) <= TEXT_MAX
                found[name] = value if is_plain else _text(name, value)
        return found

    return dimensions


def _number(name: str, value: Any) -> str:
    """Return a decimal string or a JSON integer in plain form; refuse all else with a sentence
    that fits."""
    if type(value) is int and abs(value) <= _INTEGER_MAX:
        return str(value)
    if is_decimal(value):
        return plain(Decimal(value))
    if value is None:
        why = f"The property {name} is missing; the meter takes its value from it."
    elif type(value) is float:
        why = f"The property {name} is a JSON fraction, which is not exact; write it as a string."
    else:
        why = (
            f"The property {name} has to be a decimal string with at most 18 digits before and 12 "
            "after the point, or an integer."
        )
    raise BadValue(field=f"properties.{name}", why=why)


def _key(name: str, value: Any) -> str:
    if value is None or value == "":
        raise BadValue(
            field=f"properties.{name}",
            why=f"The property {name} is missing; the meter counts its distinct values.",
        )
    return _text(name, value)


def _text(name: str, value: Any) -> str:
    """Return a text, or a JSON integer or boolean as the text that SQL would make of it."""
    if type(value) is str and len(value) <= TEXT_MAX:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    raise BadValue(
        field=f"properties.{name}",
        why=f"The property {name} has to be a text of at most {TEXT_MAX} characters, an integer "
        "or a boolean.",
    )
