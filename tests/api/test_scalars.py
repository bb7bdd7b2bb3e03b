"""The scalars refuse what money and time cannot bear, and write one form only."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from ledger.api import scalars

EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize("text", ["0", "-0.5", "1.50", "1" * 18, f"{'9' * 18}.{'9' * 12}"])
def test_a_plain_decimal_comes_back_as_it_was_written(text):
    assert scalars.write_decimal(scalars.parse_decimal(text)) == text


REFUSED = ["NaN", "Infinity", "1e3", "1_000", " 1", "1 ", "+1", "01", ".5", "1.", "١", "１", ""]


@pytest.mark.parametrize("value", [*REFUSED, "1" * 19, "0." + "1" * 13, 1, 1.5, True, None, []])
def test_anything_else_is_no_decimal(value):
    with pytest.raises(GraphQLError) as refused:
        scalars.parse_decimal(value)
    assert refused.value.extensions == {"code": "BAD_DECIMAL"}


def test_decimals_are_never_written_with_an_exponent():
    assert scalars.write_decimal(Decimal("1E+3")) == "1000"
    assert scalars.write_decimal(Decimal("1E-7")) == "0.0000001"
    for value in (Decimal("NaN"), Decimal("Infinity"), 1, 1.5, "1"):
        with pytest.raises(TypeError):
            scalars.write_decimal(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, max_value=10**17))
def test_every_amount_survives_the_round_trip(amount):
    if abs(amount) < 10**18:
        assert scalars.parse_decimal(scalars.write_decimal(amount)) == amount


def test_times_are_read_with_an_offset_and_written_in_utc():
    parsed = scalars.parse_time("2026-10-01T01:30:00.1234567+02:00")
    assert parsed == datetime(2026, 10, 1, 1, 30, 0, 123456, tzinfo=EAST)
    assert parsed.text == "2026-10-01T01:30:00.1234567+02:00"
    assert scalars.write_time(parsed) == "2026-09-30T23:30:00.123456Z"
    assert scalars.write_time(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    "value",
    [
        "2026-10-01T00:00:00",
        "2026",
        "2026-W01",
        "2026-10-01",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-10-01T00:00:00+0200",
        "",
        5,
    ],
)
def test_anything_else_is_no_time(value):
    with pytest.raises(GraphQLError) as refused:
        scalars.parse_time(value)
    assert refused.value.extensions == {"code": "BAD_TIME"}


def test_naive_times_are_never_written():
    with pytest.raises(TypeError):
        scalars.write_time(datetime(2026, 1, 1))  # noqa: DTZ001


def test_days_longs_and_currencies_are_strict():
    assert scalars.parse_date("2028-02-29") == date(2028, 2, 29)
    assert scalars.parse_long("9223372036854775807") == 2**63 - 1
    assert scalars.parse_currency("USD") == "USD"
    for parse, value in (
        (scalars.parse_date, "2026-02-29"),
        (scalars.parse_date, "20261001"),
        (scalars.parse_long, "9223372036854775808"),
        (scalars.parse_long, 1),
        (scalars.parse_long, "-"),
        (scalars.parse_currency, "usd"),
        (scalars.parse_currency, "US"),
    ):
        with pytest.raises(GraphQLError):
            parse(value)


def test_writers_take_their_own_type_only():
    for write, value in (
        (scalars.write_date, datetime(2026, 1, 1, tzinfo=UTC)),
        (scalars.write_long, True),
        (scalars.write_currency, 1),
    ):
        with pytest.raises(TypeError):
            write(value)
