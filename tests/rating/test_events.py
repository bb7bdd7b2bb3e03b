"""Prices event by event: percentages with allowances and bounds, and prices that events carry."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.catalog.models import parse_model
from ledger.catalog.plans import parse_items
from ledger.events.billing import Unpriced
from ledger.money import plain
from ledger.rating.events import Carried, parts_of_percents, percents
from ledger.rating.models import price

FEE = {"rate": "2.9", "fixed": "0.3"}


def model(**fields):
    return parse_model({"type": "percentage", **fields}, "model")


def costs(values, **fields):
    """Return what events cost, by the sum of the parts."""
    each = model(**fields)
    parts = parts_of_percents(each, percents(each, map(Decimal, values.split())))
    return plain(sum((part.amount for part in parts), Decimal(0)).normalize())


@pytest.mark.parametrize(
    ("values", "fields", "expected"),
    [
        ("100", FEE, "3.2"),
        ("100 50", FEE, "4.95"),
        ("", FEE, "0"),
        ("100 50", {**FEE, "free_events": 1}, "1.75"),
        ("100 50", {**FEE, "free_events": 2}, "0"),
        ("100 50", {**FEE, "free_events": 0}, "4.95"),
        ("100 50", {**FEE, "free_amount": "100"}, "1.75"),  # used up exactly, then all pays
        ("100 50", {**FEE, "free_amount": "120"}, "1.17"),  # 30 pay, and the fixed fee
        ("100 50", {**FEE, "free_amount": "0"}, "4.95"),
        ("100 0", {**FEE, "free_amount": "100"}, "0.3"),
        # whichever is used up first
        ("60 60 60", {"rate": "2", "free_events": 3, "free_amount": "100"}, "1.6"),
        ("10 10 60", {"rate": "2", "free_events": 2, "free_amount": "100"}, "1.2"),
        # a refund gives no allowance back
        ("100 -50 20", {"rate": "10", "free_amount": "100"}, "-3"),
        ("50 -50 80", {"rate": "10", "free_amount": "100"}, "0"),
        # bounds are per event, and a free event has no minimum
        ("1 1000", {**FEE, "min_per_event": "0.5", "max_per_event": "20"}, "20.5"),
        ("1 1000", {**FEE, "min_per_event": "0.5", "free_events": 1}, "29.3"),
        ("110", {**FEE, "min_per_event": "1", "free_amount": "100"}, "1"),
        ("5", {"rate": "0", "min_per_event": "0.01"}, "0.01"),
    ],
)
def test_a_percentage_is_of_each_event(values, fields, expected):
    assert costs(values, **fields) == expected


def test_the_parts_show_what_was_free_what_paid_and_what_the_bounds_changed():
    each = model(**FEE, free_events=1, min_per_event="0.5", max_per_event="10")
    found = percents(each, [Decimal(40), Decimal(1), Decimal(1000)])
    parts = parts_of_percents(each, found)
    shown = [(p.kind, plain(p.quantity), plain(p.amount), p.count) for p in parts]
    assert shown == [
        ("free", "40", "0", 1),
        ("percentage", "1001", "29.029", 2),
        ("fixed", "2", "0.6", None),
        ("min_per_event", "0", "0.171", None),
        ("max_per_event", "0", "-19.3", None),
    ]


@settings(deadline=None, max_examples=200)
@given(
    values=st.lists(st.decimals(-1000, 1000, places=3), max_size=12),
    free_events=st.none() | st.integers(0, 5),
    free_amount=st.none() | st.decimals(0, 500, places=2).map(plain),
)
def test_every_event_is_free_or_pays_and_no_value_is_lost(values, free_events, free_amount):
    each = model(rate="1", free_events=free_events, free_amount=free_amount)
    found = percents(each, values)
    assert found.free_count + found.paid_count == len(values)
    assert found.free_value + found.paid_value == sum(values, Decimal(0))
    if free_events is not None:
        assert found.free_count <= free_events
    if free_events is None and free_amount is None:
        assert found.free_count == 0


def item(**fields):
    base = {"item": "api", "kind": "usage", "meter": "calls", "interval": "month"}
    (parsed,) = parse_items([{**base, "model": {"type": "dynamic", "amount_property": "price"},
                              **fields}])  # fmt: skip
    return parsed


def test_events_that_carry_no_price_are_unpriced():
    found = Carried(2, Decimal(7), Decimal("1.25"), 3, Decimal(9))
    rated = price(item(), Decimal(16), events=found)
    assert (plain(rated.amount), plain(rated.quantity)) == ("1.25", "7")
    assert rated.unpriced == Unpriced(3, Decimal(9))
    (part,) = rated.tiers
    assert (part.kind, part.count, part.quantity) == ("dynamic", 2, 7)


def test_without_events_there_is_nothing_to_price():
    assert price(item(), Decimal(0)).amount == 0
    percentage = item(model={"type": "percentage", "rate": "3"}, minimum="5")
    assert price(percentage, Decimal(0)).amount == 5
