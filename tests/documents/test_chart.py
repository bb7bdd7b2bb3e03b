"""Bars in thousandths: the highest day reaches no further than a round number above it."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.documents.chart import FULL, chart
from ledger.documents.document import Usage


def drawn(*values):
    """The chart of these days from 1 October on."""
    days = tuple((date(2026, 10, 1) + timedelta(n), Decimal(v)) for n, v in enumerate(values))
    return chart(Usage("acme", "api", "call", days))


def test_the_axis_ends_at_a_round_number():
    found = drawn("30", "0", "75")
    assert [(mark.place, mark.text) for mark in found.up] == [
        (0, "0"), (250, "20"), (500, "40"), (750, "60"), (1000, "80"),
    ]  # fmt: skip
    assert [bar.height for bar in found.bars] == [375, 0, 938]
    assert found.bars[2].label == "3 October 2026: 75 call"


def test_negative_usage_hangs_below_zero():
    found = drawn("10", "-10")
    assert [(bar.y, bar.height) for bar in found.bars] == [(500, 500), (0, 500)]


def test_without_usage_there_is_no_chart():
    assert drawn("0", "0") is None
    assert drawn() is None


@given(st.lists(st.decimals("-1e9", "1e9", places=6), min_size=1, max_size=100))
def test_every_bar_is_within_the_drawing(values):
    found = drawn(*values)
    for bar in found.bars if found else ():
        assert bar.x >= 0
        assert bar.x + bar.width <= FULL
        assert bar.y >= 0
        assert bar.y + bar.height <= FULL
