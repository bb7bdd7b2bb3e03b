"""Quantity × price ÷ base is the amount, exactly, and no price is negative."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.documents.document import Line, Reduction
from ledger.documents.priced import priced
from ledger.money import exactly


def line(quantity, net, *taken):
    """A line of this quantity and net."""
    return Line(
        number=1, account="acme", subscription="s", item="api", description="api",
        period_from=date(2026, 10, 1), period_to=date(2026, 11, 1), quantity=Decimal(quantity),
        net=Decimal(net), tax=Decimal(0), category="S", rate=Decimal(19), charge="c",
        reductions=tuple(Reduction("discount", "d", Decimal(each)) for each in taken),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (line("1000", "10.00"), ("1000", "0.01", "1")),
        (line("3", "10.00"), ("3", "10.00", "3")),
        (line("-20", "-5.00"), ("-20", "0.25", "1")),
        (line("0", "5.00"), ("1", "5.00", "1")),
        (line("7", "-5.00"), ("-1", "5.00", "1")),
        (line("7", "0.00"), ("7", "0", "1")),
        (line("10", "8.00", "2.00"), ("10", "1", "1")),
    ],
)
def test_examples(told, expected):
    found = priced(told)
    assert (found.quantity, found.price, found.base) == tuple(map(Decimal, expected))


@given(
    st.decimals("-1000000", "1000000", places=3),
    st.decimals("-100000", "100000", places=2),
    st.decimals("0", "1000", places=2),
)
@exactly
def test_the_amount_comes_out(quantity, net, taken):
    found = priced(line(quantity, net, taken))
    assert found.quantity * found.price == (net + taken) * found.base
    assert found.price >= 0
    assert found.base > 0
