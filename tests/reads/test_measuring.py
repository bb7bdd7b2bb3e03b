"""What SQL measures in sets is what plain Python makes of the same events, one by one."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ledger.catalog.prices import Dynamic, Percentage
from ledger.metering import LEVEL, Reading, aggregate, level_time
from ledger.money import is_decimal
from ledger.projector.follower import catch_up
from ledger.rating.events import percents
from ledger.rating.groups import takes
from ledger.reads import measuring
from ledger.reads.measuring import Window
from ledger.store.database import Role

START = datetime(2026, 10, 1, tzinfo=UTC)
METERS = ("sum", "max", "latest", "unique_count", "count", LEVEL)
WHERE = ({}, {"region": "eu"}, {"region": ""}, {"region": "us", "tier": ""}, {"tier": "x"})
GROUPS = ((), ("region",), ("region", "tier"))
PRICES = ("1.5", "-0.25", 7, "007", "1e3", "", None, True, "1.2345678901234", "lots")


def content(chance):
    sent = {
        "v": chance.choice(["1", "2.50", "-3", "0.125", "40"]),
        "price": chance.choice(PRICES),
        **chance.choice([{}, {"region": "eu"}, {"region": "us", "tier": "x"}, {"region": "us"}]),
    }
    return {name: value for name, value in sent.items() if value is not None}


@pytest.fixture(params=[1, 2, 3])
def chance(request):
    return random.Random(request.param)


@pytest.fixture
def facts(business, told, ledger, chance):
    """Events of every meter, many at the same moment, corrected and voided; return the log's."""
    business(
        *(
            {
                "id": f"e{number}",
                "account": "acme",
                "meter": chance.choice(METERS),
                "time": (START + timedelta(minutes=10 * chance.randrange(0, 90))).isoformat(),
                "properties": content(chance),
                **chance.choice([{}, {}, {"subscription": "s"}, {"subscription": "other"}]),
            }
            for number in range(150)
        )
    )
    for number in chance.sample(range(150), 40):
        how = {"void": True} if chance.random() < 0.4 else {"properties": content(chance)}
        told("correct_usage", source="app", id=f"e{number}", reason="test", **how)
    catch_up(ledger.db)
    sql = """select stream, position, type, occurred_at, data from ledger.log
             where lane = 1 and type like 'usage.%%' order by position"""
    with ledger.db.transaction(Role.READER) as tx:
        return tx.execute(sql).fetchall()


def windows(chance, facts, dimensions=None):
    """Return windows at random; a third is as of a position in the middle."""
    for number in range(60):
        first, last = sorted(chance.sample(range(900), 2))
        yield Window(
            number,
            1,
            "acme",
            chance.choice(METERS),
            "s",
            "",
            START + timedelta(minutes=first),
            START + timedelta(minutes=last),
            chance.choice([facts[-1][1], facts[-1][1], chance.randrange(facts[-1][1])]),
            chance.choice(GROUPS) if dimensions is None else dimensions,
            chance.choice(WHERE),
        )


def standing(facts, window, since=None):
    """Return what stands of a window then, in the order of time, then position."""
    known = [
        fact
        for fact in facts
        if fact[4]["meter"] == window.meter
        and (since or window.window_from) <= fact[3] < window.window_to
        and fact[1] <= window.to_position
    ]
    last = {fact[0]: fact for fact in known}.values()
    stands = [
        fact
        for fact in last
        if not fact[2].startswith("usage.voided")
        and fact[4].get("subscription") in (None, "s")
        and takes(window.where, fact[4].get("dimensions", {}))
    ]
    return sorted(stands, key=lambda fact: (fact[3], fact[1]))


def grouped(window, rows):
    groups = defaultdict(list)
    for row in rows:
        found = row[4].get("dimensions", {})
        groups[tuple(found.get(name, "") for name in window.dimensions)].append(row)
    return groups


def named(window, dimensions):
    return tuple(dimensions.get(name, "") for name in window.dimensions)


def reading(row):
    return Reading(row[3], row[1], Decimal(row[4]["quantity"]), row[4].get("key"))


def measured(ledger, query):
    with ledger.db.transaction(Role.READER) as tx:
        return tx.all(query)


def asked(chance, facts):
    return [
        Window(**{**vars(window), "aggregation": window.meter}) for window in windows(chance, facts)
    ]


def test_groups_with_filters_and_levels(facts, ledger, chance):
    every = asked(chance, facts)
    found = {
        (row.number, named(every[row.number], row.dimensions)): (
            row.count, row.quantity, row.carried
        )
        for row in measured(ledger, measuring.measure_groups(every))
    }  # fmt: skip
    expected = {}
    for window in every:
        is_level = window.meter == LEVEL
        rows = standing(facts, window, START if is_level else None)
        for group, held in grouped(window, rows).items():
            inside = [row for row in held if row[3] >= window.window_from]
            before = [row for row in held if row[3] < window.window_from]
            carried = sum((Decimal(row[4]["quantity"]) for row in before), Decimal(0))
            readings = map(reading, inside)
            quantity = (
                level_time(carried, readings, window.window_from, window.window_to)
                if is_level
                else aggregate(window.meter, readings)
            )
            expected[window.number, group] = len(inside), quantity, carried
    assert found == expected
    assert len({number for number, _ in found}) > 20


def model(chance):
    """Return a percentage with some of its fields."""
    some = {
        "fixed": Decimal("0.3"),
        "free_events": chance.choice([0, 2, 5]),
        "free_amount": chance.choice([Decimal(0), Decimal(3), Decimal("42.5")]),
        "min_per_event": Decimal("0.32"),
        "max_per_event": chance.choice([Decimal("0.33"), Decimal(1)]),
    }
    kept = {name: value for name, value in some.items() if chance.random() < 0.6}
    return Percentage(rate=chance.choice([Decimal("2.9"), Decimal("0.000000000001")]), **kept)


def test_percentages(facts, ledger, chance):
    every = [(window, model(chance)) for window in asked(chance, facts) if window.meter != LEVEL]
    every = [
        (Window(**{**vars(window), "number": number}), each)
        for number, (window, each) in enumerate(every)
    ]
    rows = measured(ledger, measuring.measure_percentages(every))
    found = {
        (row.number, named(every[row.number][0], row.dimensions)): (
            row.free_count, row.free_value, row.paid_count, row.paid_value, row.raised, row.lowered
        )
        for row in rows
    }  # fmt: skip
    expected = {
        (window.number, group): tuple(
            vars(percents(each, [Decimal(row[4]["quantity"]) for row in held])).values()
        )
        for window, each in every
        for group, held in grouped(window, standing(facts, window)).items()
    }
    assert found == expected
    assert any(row.free_count and row.paid_count for row in rows)
    assert any(row.raised for row in rows)
    assert any(row.lowered for row in rows)


def price_of(row):
    sent = row[4]["properties"].get("price")
    if is_decimal(sent):
        return Decimal(sent)
    return Decimal(sent) if type(sent) is int else None


def test_prices_that_events_carry(facts, ledger, chance):
    every = [window for window in asked(chance, facts) if window.meter != LEVEL]
    every = [
        (Window(**{**vars(window), "number": number}), Dynamic("price"))
        for number, window in enumerate(every)
    ]
    rows = measured(ledger, measuring.measure_prices(every))
    found = {
        (row.number, named(every[row.number][0], row.dimensions), row.priced): (
            row.count, row.quantity, row.amount
        )
        for row in rows
    }  # fmt: skip
    expected = {}
    for window, _ in every:
        for group, held in grouped(window, standing(facts, window)).items():
            for priced in (True, False):
                some = [row for row in held if (price_of(row) is not None) is priced]
                if some:
                    expected[window.number, group, priced] = (
                        len(some),
                        aggregate(window.meter, map(reading, some)),
                        sum((price_of(row) or Decimal(0) for row in some), Decimal(0)),
                    )
    assert found == expected
    assert {row.priced for row in rows} == {True, False}
