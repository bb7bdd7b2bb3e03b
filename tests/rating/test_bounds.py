"""Percent discount, then minimum, then maximum; each a part of the item's charge."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.catalog.plans import parse_items
from ledger.money import plain
from ledger.rating.bounds import Term
from ledger.rating.models import price

prices = st.decimals(0, 1000, places=6).map(plain)


def item(**fields):
    base = {"item": "api", "kind": "usage", "meter": "calls", "interval": "month"}
    (parsed,) = parse_items([{**base, "model": {"type": "per_unit", "unit": "1"}, **fields}])
    return parsed


def rated(quantity, term=None, **fields):
    return price(item(**fields), Decimal(quantity), term=term or Term())


@pytest.mark.parametrize(
    ("quantity", "fields", "expected"),
    [
        ("100", {"discount_percent": "10"}, "90"),
        ("100", {"discount_percent": "10", "minimum": "95"}, "95"),
        ("100", {"discount_percent": "10", "maximum": "85"}, "85"),
        ("100", {"minimum": "50", "maximum": "200"}, "100"),
        ("10", {"minimum": "50", "maximum": "200"}, "50"),
        ("0", {"minimum": "50"}, "50"),
        ("1000", {"minimum": "50", "maximum": "200"}, "200"),
        ("1000", {"discount_percent": "50", "maximum": "200"}, "200"),  # the cap comes last
        ("100", {"discount_percent": "100", "minimum": "0"}, "0"),
        ("100", {"maximum": "0"}, "0"),
        ("-5", {"minimum": "0"}, "0"),
    ],
)
def test_the_order_is_discount_minimum_maximum(quantity, fields, expected):
    assert plain(rated(quantity, **fields).amount) == expected


def test_a_minimum_counts_once_the_period_is_finished_a_maximum_always():
    going = Term(days=31, of=31, finished=False)
    assert rated("10", going, minimum="50").amount == 10
    assert rated("100", going, maximum="50").amount == 50


def test_a_cut_period_has_its_share_of_the_bounds():
    part = Term(days=10, of=31)
    assert plain(rated("0", part, minimum="31").amount) == "10"
    assert plain(rated("0", part, minimum="50").amount) == "16.129032258065"  # to 12 decimals
    assert plain(rated("99", part, maximum="31").amount) == "10"


def test_the_parts_show_the_discount_and_the_bounds():
    found = rated("100", discount_percent="10", minimum="95")
    assert [(part.kind, plain(part.amount)) for part in found.tiers] == [
        (None, "100"),
        ("discount", "-10"),
        ("minimum", "5"),
    ]
    capped = rated("100", maximum="85")
    assert [(part.kind, plain(part.amount)) for part in capped.tiers][1:] == [("maximum", "-15")]
    assert capped.quantity == 100


@settings(deadline=None, max_examples=150)
@given(
    quantity=st.decimals(-100, 10**6, places=3),
    off=st.sampled_from(["0", "12.5", "100"]),
    bounds=st.tuples(prices, prices).map(lambda found: sorted(found, key=Decimal)),
    days=st.integers(1, 31),
    finished=st.booleans(),
)
def test_the_amount_is_within_its_bounds_and_the_sum_of_its_parts(
    quantity, off, bounds, days, finished
):
    least, most = bounds
    term = Term(days, 31, finished)
    found = rated(quantity, term, discount_percent=off, minimum=least, maximum=most)
    assert found.amount == sum((part.amount for part in found.tiers), Decimal(0))
    slack = Decimal("0.000000000001")
    share = Decimal(days) / 31
    assert found.amount <= Decimal(most) * share + slack
    if finished:
        assert found.amount >= Decimal(least) * share - slack
