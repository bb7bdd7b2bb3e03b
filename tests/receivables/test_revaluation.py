"""What a position is worth at the rate of a day, whatever was posted before."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalog.exchange import convert
from ledger.events.exchange import Exchange
from ledger.money import digits
from ledger.receivables.revaluation import Position, revalued

DAY = date(2026, 10, 31)
books = st.sampled_from(["USD", "JPY", "KWD"])
modes = st.sampled_from(["half_up", "half_even"])
rates = st.decimals("0.0001", "200", places=4)
amounts = st.integers(-(10**9), 10**9)


def at(rate, currency="USD", *, inverted=False):
    return Exchange(currency, Decimal(rate), DAY, "ECB", inverted)


def position(amount, carried, posted="0", **more):
    about = {"account": "1100", "customer": "acme", "counterparty": "", "invoice": "US-1", **more}
    figures = map(Decimal, (amount, carried, posted))
    return Position(
        currency="EUR", **about, **dict(zip(("amount", "carried", "posted"), figures, strict=True))
    )


@pytest.mark.parametrize(
    ("given_", "exchange", "closing", "posted"),
    [
        (("1000.00", "1100.00"), at("1.15"), "1150.00", "50.00"),
        (("600.00", "660.00", "50.00"), at("1.15"), "690.00", "-20.00"),
        (("-200.00", "-220.00"), at("1.15"), "-230.00", "-10.00"),
        (("0", "0", "50.00"), at("1.15"), "0.00", "-50.00"),
        (("0", "0.01"), at("1.15"), "0.00", "-0.01"),
        (("100.00", "15000"), at("152.375", "JPY"), "15238", "238"),
        (("100.00", "30.750"), at("0.31", "KWD"), "31.000", "0.250"),
        (("100.00", "110.00"), at("0.80", inverted=True), "125.00", "15.00"),
        (("0.01", "0.01"), at("0.5"), "0.01", "0.00"),
        (("-0.01", "-0.01"), at("0.5"), "-0.01", "0.00"),
    ],
)
def test_closing_is_the_balance_by_the_rate_and_the_rest_is_posted(
    given_, exchange, closing, posted
):
    one = revalued(position(*given_), exchange, "half_up")
    assert (one.closing, one.posted) == (Decimal(closing), Decimal(posted))


def test_who_it_is_about_is_left_out_where_there_is_nobody():
    one = revalued(position("1", "1", customer="", counterparty="EU"), at("2"), "half_up")
    assert (one.customer, one.counterparty, one.invoice) == (None, "EU", "US-1")


@given(books, modes, rates, rates, amounts, amounts)
def test_however_often_rates_change_carried_and_posted_come_to_the_closing(
    currency, mode, first, second, cents, carried
):
    """After the first run, after the second at another rate, and nothing is left for a third."""
    amount = Decimal(cents).scaleb(-2)
    worth, posted = Decimal(carried).scaleb(-digits(currency)), Decimal(0)
    for rate in (first, second):
        exchange = at(rate, currency)
        posted += revalued(position(amount, worth, posted), exchange, mode).posted
        assert worth + posted == convert(amount, exchange, mode)
        assert not revalued(position(amount, worth, posted), exchange, mode).posted
