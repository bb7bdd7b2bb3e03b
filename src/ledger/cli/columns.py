"""What the columns of reports hold, so that a typed file says the same as the printed one.

A column's name decides: ``#`` marks figures, ``…_on`` days, ``…_at`` times. A report whose column
of a name holds something else says so in its ``types``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

MONEY_PLACES: Final = 4
"""No currency of ISO 4217 has more minor digits, and one scale for all lets files be stacked."""

MONEY_DIGITS: Final = 38


class Kind(StrEnum):
    """What a column holds; an exact figure has as many digits as it takes."""

    TEXT = "text"
    MONEY = "money"
    EXACT = "exact"
    WHOLE = "whole"
    DAY = "day"
    TIME = "time"
    FLAG = "flag"


_DAYS: Final = {"on", "day", "from", "to", "until", "expires", "oldest", "trial_until"}
_DAYS_MORE: Final = {"posting_date", "recognised_to"}
_FLAGS: Final = {"blocked", "differs", "manual", "weekend", "night", "round", "post_close"}
_FLAGS_MORE: Final = {"rare_pair", "other_year", "posted_on_weekend", "deferred"}
_EXACT: Final = {"quantity", "rate", "percent", "limit", "used", "remaining", "size"}
_WHOLE: Final = {
    *("accepted", "bytes", "count", "days", "days_30", "days_7", "days_overdue", "dead_lettered"),
    *("duplicate", "entries", "lines", "older", "position", "received", "revision", "step"),
    *("today", "version", "at_position", "anchor", "entries_after_reopening"),
    *("reopened_position", "closed_position", "captured", "excepted", "age_days"),
}


def kind_of(column: str) -> Kind:
    """Return what a column of this name holds."""
    name = column.removeprefix("#")
    if name in _WHOLE:
        return Kind.WHOLE
    if column.startswith("#"):
        return Kind.EXACT if name in _EXACT else Kind.MONEY
    if name in _DAYS | _DAYS_MORE or name.endswith(("_on", "_from", "_to")):
        return Kind.DAY
    if name == "since" or name.endswith("_at"):
        return Kind.TIME
    return Kind.FLAG if name in _FLAGS | _FLAGS_MORE else Kind.TEXT


def kinds(
    columns: Sequence[str], types: Mapping[str, Kind], rows: Iterable[Sequence[Any]]
) -> list[Kind]:
    """Return what the columns hold; in rows at hand, one whose values do not fit holds text."""
    meant = [types.get(name, kind_of(name)) for name in columns]
    if not isinstance(rows, Sequence):
        return meant
    return [
        kind if all(fits(row[place], kind) for row in rows) else _wider(kind)
        for place, kind in enumerate(meant)
    ]


def fits(value: Any, kind: Kind) -> bool:
    """Tell whether a value may stand in a column of a kind; None may in any."""
    if value is None or kind in (Kind.TEXT, Kind.EXACT):
        return True
    if kind is Kind.MONEY:
        return _is_money(value)
    if kind is Kind.DAY:
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind is Kind.WHOLE:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, datetime if kind is Kind.TIME else bool)


def _is_money(value: Any) -> bool:
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return False
    exponent = number.as_tuple().exponent
    whole = MONEY_DIGITS - MONEY_PLACES
    return isinstance(exponent, int) and exponent >= -MONEY_PLACES and number.adjusted() < whole


def _wider(kind: Kind) -> Kind:
    return Kind.EXACT if kind in (Kind.MONEY, Kind.WHOLE) else Kind.TEXT
