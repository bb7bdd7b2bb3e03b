"""Each price model against the contract's figures, and its laws."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.catalog.plans import parse_items
from ledger.events.billing import TierCharge, Unpriced
from ledger.money import exactly, plain
from ledger.rating.models import Group, dimensions_of, price

quick = settings(deadline=None, max_examples=150)
quantities = st.decimals(0, 10**6, places=3)
prices = st.decimals(0, 1000, places=6).map(plain)

CALLS = [{"up_to": "100000", "unit": "0"}, {"up_to": "1000000", "unit": "0.0004"}]
CALLS.append({"unit": "0.00025"})


def item(model, **more):
    base = {"item": "api", "kind": "usage", "meter": "calls", "interval": "month"}
    (parsed,) = parse_items([{**base, "model": model, **more}])
    return parsed


def tiered(kind, *rows):
    """Write tiers as ``up_to unit flat``, a dash for what is left out."""
    names = ("up_to", "unit", "flat")
    tiers = [{n: v for n, v in zip(names, row.split(), strict=True) if v != "-"} for row in rows]
    return {"type": kind, "tiers": tiers}


GRADUATED = tiered("graduated", "10 10 2", "20 5 3", "- 5 3")
VOLUME = tiered("volume", "100 2 10", "200 1 -", "- 0.5 50")
PACKAGE = {"type": "package", "size": "10", "amount": "100"}
SHARES = {
    "type": "graduated_percentage",
    "tiers": [{"up_to": "100", "rate": "5", "flat": "2"}, {"rate": "1.5", "flat": "1"}],
}
PER_UNIT = {"type": "per_unit", "unit": "0.005"}
MATRIX = {
    "type": "matrix",
    "dimensions": ["region", "tier"],
    "prices": [
        {"when": {"region": "eu", "tier": "hot"}, "unit": "0.02"},
        {"when": {"region": "us"}, "unit": "0.01"},
    ],
}


def amount(model, quantity, **more):
    return plain(price(item(model, **more), Decimal(quantity)).amount)


@pytest.mark.parametrize(
    ("model", "quantity", "expected"),
    [
        (GRADUATED, "0", "2"),
        (GRADUATED, "10", "102"),
        (GRADUATED, "11", "110"),
        (GRADUATED, "21", "163"),
        (GRADUATED, "10.5", "107.5"),  # a fraction above a bound belongs to the next tier
        (GRADUATED, "-1", "-8"),  # the first tier's unit and flat fee
        (VOLUME, "0", "10"),
        (VOLUME, "100", "210"),
        (VOLUME, "100.001", "100.001"),
        (VOLUME, "101", "101"),
        (VOLUME, "200", "200"),
        (VOLUME, "300", "200"),
        (VOLUME, "-5", "0"),
        (PACKAGE, "0", "0"),
        (PACKAGE, "1", "100"),
        (PACKAGE, "120", "1200"),
        (PACKAGE, "121", "1300"),
        ({**PACKAGE, "free": "10"}, "121", "1200"),
        ({**PACKAGE, "free": "10"}, "10", "0"),
        ({**PACKAGE, "free": "10"}, "10.01", "100"),
        ({**PACKAGE, "round": "down"}, "129", "1200"),
        ({**PACKAGE, "round": "down"}, "9.99", "0"),
        (PACKAGE, "-40", "0"),
        (PER_UNIT, "67", "0.335"),
        (PER_UNIT, "-0.00138900000", "-0.000006945"),  # a provider's credit
        ({"type": "graduated", "tiers": CALLS}, "1234567", "418.64175"),
        (SHARES, "0", "2"),  # the flat fee of the first tier, as in every tiered model
        (SHARES, "100", "7"),
        (SHARES, "100.01", "8.00015"),
        (SHARES, "300", "11"),
    ],
)
def test_the_figures_of_the_contract(model, quantity, expected):
    assert amount(model, quantity) == expected


def test_the_parts_of_a_charge_show_each_tier():
    rated = price(item({"type": "graduated", "tiers": CALLS}), Decimal(1234567))
    assert [(t.quantity, t.amount, t.up_to) for t in rated.tiers] == [
        (100_000, 0, 100_000),
        (900_000, 360, 1_000_000),
        (234_567, Decimal("58.64175"), None),
    ]
    (part,) = price(item(PACKAGE), Decimal(121)).tiers
    assert part == TierCharge(quantity=Decimal(13), amount=Decimal(1300), unit=Decimal(100))
    assert price(item(PER_UNIT), Decimal(0)).tiers == ()


def test_the_flat_fee_of_a_later_tier_waits_for_usage_in_it():
    model = tiered("graduated", "10 - -", "- - 7")
    assert [amount(model, q) for q in ("0", "10", "10.000001")] == ["0", "0", "7"]
    assert amount(tiered("graduated", "10 - 3", "- - 7"), "0") == "3"


def test_a_rate_is_shown_with_its_tier():
    tiers = price(item(SHARES), Decimal(300)).tiers
    assert [(t.quantity, t.amount, t.rate, t.flat) for t in tiers] == [
        (100, 7, 5, 2),
        (200, 4, Decimal("1.5"), 1),
    ]


def test_a_discount_is_a_part_of_its_own():
    rated = price(item(GRADUATED, discount_percent="12.5"), Decimal(10))
    assert (plain(rated.amount), rated.tiers[0].amount) == ("89.25", 102)
    assert (rated.tiers[-1].kind, plain(rated.tiers[-1].amount)) == ("discount", "-12.75")
    assert amount(GRADUATED, "10", discount_percent="100") == "0"


def group(quantity, count=1, **dimensions):
    return Group(dimensions, Decimal(quantity), count)


USAGE = [
    group("3", 3, region="eu", tier="hot"),
    group("100", 2, region="us"),
    group("7", 1, region="us", tier="cold"),
    group("-1", 1, region="us", tier=""),
    group("5", 4),
]


def test_a_matrix_prices_by_dimension_values():
    rated = price(item(MATRIX), Decimal(0), USAGE)
    assert [(t.when, plain(t.quantity), plain(t.amount)) for t in rated.tiers] == [
        ({"region": "eu", "tier": "hot"}, "3", "0.06"),
        ({"region": "us"}, "99", "0.99"),
    ]
    assert (plain(rated.amount), plain(rated.quantity)) == ("1.05", "102")


def test_usage_without_a_price_is_unpriced_and_never_silently_zero():
    rated = price(item(MATRIX), Decimal(0), USAGE)
    assert rated.unpriced == Unpriced(count=5, quantity=Decimal(12))


def test_a_default_prices_what_no_other_price_fits():
    rated = price(item({**MATRIX, "default": "1"}), Decimal(0), USAGE)
    assert rated.unpriced is None
    assert [t.when for t in rated.tiers][:1] == [{}]
    assert (plain(rated.amount), plain(rated.quantity)) == ("13.05", "114")


def test_finer_groups_than_the_matrix_are_added_up():
    coarse = [group("5", 2, region="us")]
    fine = [group("2", region="us", zone="a"), group("3", region="us", zone="b")]
    assert price(item(MATRIX), Decimal(0), fine) == price(item(MATRIX), Decimal(0), coarse)


def test_an_item_is_measured_by_the_dimensions_of_its_matrix():
    assert dimensions_of(item(MATRIX)) == ("region", "tier")
    assert dimensions_of(item(GRADUATED)) == ()
    assert dimensions_of(item(MATRIX, group_by=["zone", "region"])) == ("zone", "region", "tier")


def bounds(kind, priced):
    rows = [f"{10 * (n + 1)} {unit} -" for n, unit in enumerate(priced[:-1])]
    return tiered(kind, *rows, f"- {priced[-1]} -")


units = st.lists(prices, min_size=1, max_size=5)


@quick
@given(units=units, a=quantities, b=quantities)
def test_graduated_and_package_charges_never_fall_as_usage_grows(units, a, b):
    low, high = sorted((a, b))
    for model in (bounds("graduated", units), {**PACKAGE, "free": "3"}):
        assert price(item(model), low).amount <= price(item(model), high).amount


@quick
@given(units=units, quantity=quantities)
def test_graduated_prices_have_no_jump_without_flat_fees(units, quantity):
    step = Decimal("0.001")
    model = item(bounds("graduated", units))
    jump = price(model, quantity + step).amount - price(model, quantity).amount
    assert jump <= step * max(map(Decimal, units))


@quick
@given(units=units, quantity=quantities)
def test_the_parts_sum_to_the_whole(units, quantity):
    for kind in ("graduated", "volume"):
        rated = price(item(bounds(kind, units)), quantity)
        assert sum(t.amount for t in rated.tiers) == rated.amount
        assert sum(t.quantity for t in rated.tiers) == rated.quantity == quantity
        assert all(t.amount == t.quantity * t.unit for t in rated.tiers)


@quick
@given(quantity=quantities, unit=prices)
def test_one_open_tier_is_a_price_per_unit(quantity, unit):
    per_unit = price(item({"type": "per_unit", "unit": unit}), quantity).amount
    for kind in ("graduated", "volume"):
        assert price(item(tiered(kind, f"- {unit} -")), quantity).amount == per_unit


def test_a_charge_longer_than_28_digits_is_exact():
    product = exactly(lambda a, b: a * b)
    most, unit = Decimal("9" * 30 + "." + "9" * 12), Decimal("9" * 18 + "." + "9" * 12)
    rated = price(item({"type": "per_unit", "unit": plain(unit)}), most)
    assert rated.amount == product(most, unit)
    assert len(rated.amount.as_tuple().digits) > 60


def test_volume_may_fall_at_a_bound_and_says_so_by_its_tier():
    tiers = [price(item(VOLUME), Decimal(q)).tiers[0].up_to for q in ("100", "101", "201")]
    assert tiers == [100, 200, None]
    amounts = [price(item(VOLUME), Decimal(q)).amount for q in ("100", "101", "102")]
    assert [b > a for a, b in pairwise(amounts)] == [False, True]
