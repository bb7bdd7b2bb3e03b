"""Exchange rates: the latest one by its day, inverted where need be, and sums that stay sums."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.catalog.exchange import convert, convert_all, rate_on
from ledger.events.catalog import ExchangeRateSet
from ledger.events.exchange import Exchange
from ledger.events.streams import stream


def rate(base, quote, value, on, version=1):
    return ExchangeRateSet(
        originator_id=stream("exchange_rate", base, quote),
        originator_version=version,
        timestamp=datetime(2026, 11, 1, tzinfo=UTC),
        base=base,
        quote=quote,
        rate=Decimal(value),
        on=date.fromisoformat(on),
        source="ECB",
    )


RATES = [
    rate("USD", "EUR", "0.90", "2026-11-01"),
    rate("USD", "EUR", "0.92", "2026-11-10", 2),
    rate("USD", "EUR", "0.91", "2026-11-05", 3),
    rate("USD", "EUR", "0.95", "2026-11-10", 4),
    rate("JPY", "USD", "0.0065", "2026-11-01"),
]


def test_the_latest_rate_by_its_day_holds_and_the_last_set_of_a_day():
    found = {day: rate_on(RATES, "USD", "EUR", date(2026, 11, day)) for day in (1, 4, 7, 10, 30)}
    assert {day: str(one.rate) for day, one in found.items()} == {
        1: "0.90",
        4: "0.90",
        7: "0.91",
        10: "0.95",
        30: "0.95",
    }
    assert rate_on(RATES, "USD", "EUR", date(2026, 10, 31)) is None
    assert rate_on(RATES, "USD", "KWD", date(2026, 11, 30)) is None


def test_the_other_direction_is_inverted():
    one = rate_on(RATES, "USD", "JPY", date(2026, 11, 2))
    assert one == Exchange("JPY", Decimal("0.0065"), date(2026, 11, 1), "ECB", inverted=True)
    assert convert(Decimal("100.00"), one) == Decimal(15385)


def test_minor_units_are_those_of_the_books():
    for currency, rate_, expected in (
        ("EUR", "0.9", "90.01"),
        ("JPY", "150", "15002"),
        ("KWD", "0.3075", "30.753"),
    ):
        one = Exchange(currency, Decimal(rate_), date(2026, 11, 1), "x")
        assert str(convert(Decimal("100.01"), one)) == expected


@given(
    st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=8),
    st.integers(1, 10**9),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.booleans(),
    st.sampled_from(["half_up", "half_even"]),
)
def test_what_is_converted_together_sums_to_what_the_sum_converts_to(
    minor, rate_, currency, inverted, mode
):
    amounts = [Decimal(each).scaleb(-2) for each in minor]
    one = Exchange(currency, Decimal(rate_).scaleb(-6), date(2026, 11, 1), "x", inverted)
    assert sum(convert_all(amounts, one, mode)) == convert(sum(amounts), one, mode)
