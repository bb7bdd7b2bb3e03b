"""The scalars of the API: exact, finite, with an offset, and as strings wherever JSON would round.

They replace Strawberry's own Decimal and DateTime, which take NaN, floats and naive times.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Long = NewType("Long", int)
CurrencyCode = NewType("CurrencyCode", str)
Json = NewType("Json", object)

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,12})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,12})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_LONG = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


class Instant(datetime):
    """A time that keeps the text it was written in, so that a command's body stays as sent."""

    text: str


def _refused(code: str, value: object, how: str) -> GraphQLError:
    shown = value if isinstance(value, str) and len(value) <= 60 else type(value).__name__
    return GraphQLError(f"{shown!r} is refused: {how}", extensions={"code": code})


def parse_decimal(value: object) -> Decimal:
    """Return the decimal of a plain string with at most 18 digits before and 12 after the point."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise _refused("BAD_DECIMAL", value, 'write a decimal as a string such as "12.50"')
    return Decimal(value)


def write_decimal(value: object) -> str:
    """Return the plain digits of a finite decimal, trailing zeros kept, never an exponent."""
    if type(value) is not Decimal or not value.is_finite():
        raise TypeError(f"Decimal cannot represent {value!r}")
    return format(value, "f")


def parse_time(value: object) -> Instant:
    """Return the aware time of an RFC 3339 string; fractions are cut to microseconds."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            instant = Instant.fromisoformat(value.upper())
            kept = 2000 <= instant.astimezone(UTC).year < 2100
        except (ValueError, OverflowError):
            kept = False
        if kept:
            instant.text = value
            return instant
    raise _refused("BAD_TIME", value, 'write RFC 3339 with an offset, "2026-10-01T00:00:00Z"')


def write_time(value: object) -> str:
    """Return an aware time in UTC, with microseconds and Z."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise TypeError(f"DateTime cannot represent {value!r}")
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:26] + "Z"


def parse_date(value: object) -> date:
    """Return the day of an ISO date."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _refused("BAD_DATE", value, 'write a date such as "2026-10-31"')


def write_date(value: object) -> str:
    """Return a day as an ISO date."""
    if type(value) is not date:
        raise TypeError(f"Date cannot represent {value!r}")
    return value.isoformat()


def parse_long(value: object) -> int:
    """Return the whole number of a string, within 64 bits."""
    if isinstance(value, str) and _LONG.fullmatch(value) and -(2**63) <= int(value) < 2**63:
        return int(value)
    raise _refused("BAD_VALUE", value, 'write a whole number as a string such as "871"')


def write_long(value: object) -> str:
    """Return a whole number as a string; JSON readers round above 2^53."""
    if type(value) is not int:
        raise TypeError(f"Long cannot represent {value!r}")
    return str(value)


def parse_currency(value: object) -> str:
    """Return a currency code; whether it exists is for the command to say."""
    if isinstance(value, str) and _CURRENCY.fullmatch(value):
        return value
    raise _refused("BAD_CURRENCY", value, "write an ISO 4217 code such as USD")


def write_currency(value: object) -> str:
    """Return a currency code."""
    if type(value) is not str:
        raise TypeError(f"CurrencyCode cannot represent {value!r}")
    return value


def _same(value: Any) -> Any:
    return value


def _scalar(
    name: str,
    description: str,
    url: str | None,
    serialize: Callable[[Any], Any],
    parse: Callable[[Any], Any],
) -> ScalarDefinition:
    made = strawberry.scalar(
        name=name,
        description=description,
        specified_by_url=url,
        serialize=serialize,
        parse_value=parse,
    )
    assert isinstance(made, ScalarDefinition)
    return made


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: _scalar(
        "Decimal",
        "An exact decimal, always a string: at most 18 digits before the point and, as input, 12"
        " after it. No exponent, no NaN, no JSON number.",
        "https://speleotrove.com/decimal/decarith.html",
        write_decimal,
        parse_decimal,
    ),
    datetime: _scalar(
        "DateTime",
        "A time in RFC 3339 with an offset; answers are in UTC, with microseconds and Z.",
        "https://www.rfc-editor.org/rfc/rfc3339",
        write_time,
        parse_time,
    ),
    date: _scalar(
        "Date",
        "A day, such as 2026-10-31.",
        "https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        write_date,
        parse_date,
    ),
    CurrencyCode: _scalar(
        "CurrencyCode",
        "A currency of ISO 4217, such as USD.",
        "https://www.iso.org/iso-4217-currency-codes.html",
        write_currency,
        parse_currency,
    ),
    Long: _scalar(
        "Long",
        "A whole number of up to 64 bits as a string, such as a position in the log.",
        None,
        write_long,
        parse_long,
    ),
    Json: _scalar(
        "JSON",
        "A JSON value as it stands in a fact or command, decimals as strings; names inside are not"
        " in camelCase.",
        "https://www.rfc-editor.org/rfc/rfc8259",
        _same,
        _same,
    ),
}
