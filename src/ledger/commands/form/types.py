"""The kinds of value that the fields of commands hold, each refusing with a code of the contract.

Pydantic is the border: whatever it dislikes leaves here as a custom error whose type is our code,
or is translated by its own type (see ``parse``).
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from ledger import money
from ledger.errors import BadCurrency, BadDecimal, LedgerError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PERIOD = re.compile(r"(20\d{2}|2100)-(0[1-9]|1[0-2])", re.ASCII)
YEAR_MAX = 2100
_YEARS = range(2000, YEAR_MAX + 1)


def refusal(code: str, value: Any) -> PydanticCustomError:
    """Return the pydantic error that ``parse`` turns into the refusal with this code."""
    return PydanticCustomError(code, "{value}", {"value": str(value)[:80]})


def bad_value(why: str) -> PydanticCustomError:
    """Return a BAD_VALUE whose message is one plain sentence."""
    return PydanticCustomError("BAD_VALUE", "{value}", {"value": why})


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise refusal("BAD_DATE", value) from None
        if day.year in _YEARS:
            return day
    raise refusal("BAD_DATE", value)


def _decimal(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise refusal("BAD_DECIMAL", value)
    try:
        return money.decimal_of(value)
    except BadDecimal:
        raise refusal("BAD_DECIMAL", value) from None


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise bad_value("The amount has to be greater than zero.")
    return value


def _percent(value: Decimal) -> Decimal:
    if not 0 <= value <= 100:
        raise bad_value("A percentage lies between 0 and 100.")
    return value


def _currency(value: Any) -> str:
    try:
        if isinstance(value, str):
            money.digits(value)
            return value
    except LedgerError:
        pass
    raise refusal(BadCurrency.code, value)


@cache
def countries() -> frozenset[str]:
    """Return the codes of ISO 3166-1 alpha-2, as the time-zone database lists them."""
    text = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"Factory", "localtime", "posixrules"})


def _country(value: str) -> str:
    if value not in countries():
        raise bad_value(f"{value[:20]} is not a country of ISO 3166-1 alpha-2; use one such as DE.")
    return value


def _time_zone(value: str) -> str:
    if value not in _time_zones():
        raise bad_value(f"{value[:40]} is not an IANA time zone; use one such as America/New_York.")
    return value


def _period(value: str) -> str:
    if not _PERIOD.fullmatch(value):
        raise bad_value(f"{value[:20]} is not a period; write year and month like 2026-01.")
    return value


def _printable(value: str) -> str:
    if not value.strip():
        raise bad_value("The text is empty; give it a value.")
    return value


Id = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_printable)]
Text = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_printable)]
Day = Annotated[date, BeforeValidator(_day)]
Number = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(money.plain, return_type=str, when_used="json"),
]
Amount = Annotated[Number, AfterValidator(_positive)]
Percent = Annotated[Number, AfterValidator(_percent)]
Currency = Annotated[str, BeforeValidator(_currency)]
Country = Annotated[str, AfterValidator(_country)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Period = Annotated[str, AfterValidator(_period)]
Positive = Annotated[int, Field(ge=1)]
