"""What a meter takes from an event, and what a set of events amounts to."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import BadValue
from ledger.events.catalog import MeterDefined
from ledger.metering import (
    AGGREGATIONS,
    LEVEL,
    TEXT_MAX,
    Reading,
    Taken,
    aggregate,
    level,
    level_time,
    seconds_between,
    take,
    taker,
)
from ledger.money import plain

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def meter(aggregation="sum", value="quantity", dimensions=()):
    return MeterDefined(
        originator_id=uuid4(),
        originator_version=1,
        timestamp=NOON,
        meter="calls",
        aggregation=aggregation,
        value=value,
        dimensions=dimensions,
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12.50", "12.50"),
        ("-3", "-3"),
        ("-0.00", "0.00"),
        ("0.5", "0.5"),
        ("007", "7"),
        (42, "42"),
        (-7, "-7"),
        (0, "0"),
        (2**53 - 1, "9007199254740991"),
        ("999999999999999999.999999999999", "999999999999999999.999999999999"),
    ],
)
@pytest.mark.parametrize("aggregation", ["sum", "max", "latest"])
def test_a_value_is_a_decimal_string_or_an_integer(aggregation, value, text):
    taken = take(meter(aggregation), {"quantity": value})
    assert taken == Taken(text, None, {})
    assert plain(taken.quantity) == taken.text


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"quantity": None},
        {"quantity": 1.5},
        {"quantity": 1.0},
        {"quantity": True},
        {"quantity": ""},
        {"quantity": "1e3"},
        {"quantity": "NaN"},
        {"quantity": "Infinity"},
        {"quantity": "+1"},
        {"quantity": " 1"},
        {"quantity": "１"},
        {"quantity": "0.1234567890123"},
        {"quantity": "1234567890123456789"},
        {"quantity": 10**18},
        {"quantity": ["1"]},
        {"quantity": {"n": "1"}},
    ],
)
def test_a_value_the_meter_cannot_use_is_refused(properties):
    with pytest.raises(BadValue) as refusal:
        take(meter("sum"), properties)
    assert (refusal.value.code, refusal.value.field) == ("BAD_VALUE", "properties.quantity")


def test_a_refusal_says_what_to_do():
    for properties, hint in [({}, "missing"), ({"quantity": 0.5}, "write it as a string")]:
        with pytest.raises(BadValue, match=hint):
            take(meter("sum"), properties)


def test_a_meter_may_read_another_property():
    taken = take(meter(value="bytes"), {"bytes": "10", "quantity": "99"})
    assert taken.quantity == 10


def test_counting_needs_no_value():
    for properties in ({}, {"quantity": 1.5}, {"quantity": "x"}):
        assert take(meter("count"), properties) == Taken("1", None, {})


@pytest.mark.parametrize(
    ("value", "key"), [("u-7", "u-7"), (7, "7"), ("7.0", "7.0"), (True, "true")]
)
def test_a_distinct_value_is_the_text_of_its_property(value, key):
    assert take(meter("unique_count", "user"), {"user": value}) == Taken("1", key, {})


@pytest.mark.parametrize("value", [None, "", 1.5, ["u"], {"u": 1}, "u" * (TEXT_MAX + 1)])
def test_a_distinct_value_that_is_missing_or_no_text_is_refused(value):
    with pytest.raises(BadValue) as refusal:
        take(meter("unique_count", "user"), {"user": value})
    assert refusal.value.field == "properties.user"


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_dimensions_are_the_declared_properties_that_are_not_empty(aggregation):
    take_one = taker(meter(aggregation, dimensions=("region", "sku", "free", "zone", "tag")))
    sent = {"quantity": "1", "region": "eu", "sku": 5, "free": False, "zone": "", "other": 1.5}
    assert take_one({**sent, "tag": None}).dimensions == {
        "region": "eu",
        "sku": "5",
        "free": "false",
    }


@pytest.mark.parametrize("value", [1.5, ["eu"], {"a": 1}, "x" * (TEXT_MAX + 1)])
def test_a_dimension_that_is_no_text_is_refused(value):
    with pytest.raises(BadValue) as refusal:
        take(meter("count", dimensions=("region",)), {"region": value})
    assert refusal.value.field == "properties.region"


OF_EVENTS = [each for each in AGGREGATIONS if each != LEVEL]


def readings(*rows):
    return [
        Reading(NOON + timedelta(hours=hour), position, Decimal(quantity), key)
        for hour, position, quantity, key in rows
    ]


def test_each_aggregation_of_a_set_of_events():
    events = readings(
        (0, 1, "5", "ann"), (2, 2, "-1.5", "bob"), (1, 3, "9", "ann"), (2, 4, "2", "cy")
    )
    amounts = {each: aggregate(each, events) for each in OF_EVENTS}
    assert amounts == {"count": 4, "sum": Decimal("14.5"), "max": 9, "latest": 2, "unique_count": 3}
    assert {aggregate(each, []) for each in OF_EVENTS} == {0}


def test_the_highest_of_negative_readings_is_negative():
    assert aggregate("max", readings((0, 1, "-2", None), (0, 2, "-3", None))) == -2


@settings(deadline=None, max_examples=100)
@given(
    events=st.lists(
        st.tuples(st.integers(0, 3), st.decimals(-(10**6), 10**6, places=6), st.sampled_from("abc"))
    ),
    data=st.data(),
)
def test_the_order_of_arrival_changes_no_aggregate(events, data):
    rows = readings(*[(hour, place, q, key) for place, (hour, q, key) in enumerate(events)])
    mixed = data.draw(st.permutations(rows))
    for each in OF_EVENTS:
        assert aggregate(each, mixed) == aggregate(each, rows)


OCTOBER = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


def weighed(carried, *changes):
    """Return what October comes to; changes are (day, how much the level changes)."""
    start, end = OCTOBER
    rows = readings(*[(0, place, change, None) for place, (_, change) in enumerate(changes)])
    rows = [
        row._replace(occurred_at=start + timedelta(days=day))
        for row, (day, _) in zip(rows, changes, strict=True)
    ]
    seconds = level_time(Decimal(carried), rows, start, end)
    return plain(level(seconds, seconds_between(start, end)))


def test_a_level_counts_for_its_share_of_the_interval():
    assert weighed("5") == "5"  # a constant level is itself
    assert weighed("0", (0, "31"), (1, "-31")) == "1"  # one day of 31 at 31
    assert weighed("10", (15.5, "-10")) == "5"
    assert weighed("0", (0, "5"), (31, "100")) == "5"
    assert weighed("0", (10, "1")) == "0.677419354839"  # 21/31, to 12 decimals
    assert weighed("0") == "0"


@settings(deadline=None, max_examples=100)
@given(
    changes=st.lists(st.tuples(st.integers(0, 31 * 24), st.decimals(-99, 99, places=3))),
    cut=st.integers(0, 31 * 24),
)
def test_the_level_seconds_of_a_window_are_those_of_its_parts(changes, cut):
    start, end = OCTOBER
    middle = start + timedelta(hours=cut)
    rows = [
        Reading(start + timedelta(hours=hour), place, change)
        for place, (hour, change) in enumerate(changes)
    ]
    before = [row for row in rows if row.occurred_at < middle]
    after = [row for row in rows if row.occurred_at >= middle]
    carried = sum((row.quantity for row in before), Decimal(0))
    first = level_time(Decimal(0), before, start, middle)
    assert first + level_time(carried, after, middle, end) == level_time(
        Decimal(0), rows, start, end
    )
