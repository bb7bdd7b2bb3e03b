"""What is used, from rollups, equals plain Python over the events: any aggregation, days, zone."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ledger.metering import Reading, aggregate
from ledger.periods import instant
from ledger.projector.follower import catch_up
from ledger.projector.rebuild import rebuild
from ledger.reads.usage import UsedWindow, used, used_keys, used_level
from ledger.store.database import Role

# Daylight saving turns within these days in both hemispheres, on Lord Howe by half an hour.
START = date(2026, 10, 1)
DAYS = 35
ZONES = (
    "UTC",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)
AGGREGATIONS = ("sum", "max", "latest", "unique_count", "count")


def content(chance: random.Random) -> dict:
    regions = [{}, {"region": "eu"}, {"region": "us", "tier": "x"}]
    value = chance.choice(["1", "2.50", "-3", "0.125", "40", "7", "8"])
    return {"v": value, "note": str(chance.random()), **chance.choice(regions)}


@pytest.fixture(params=[1, 2])
def chance(request) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
def busy(business, ask, ledger, chance):
    """A month of events, many near the bounds of days, of which some are corrected or voided."""
    begin = datetime(START.year, START.month, START.day, tzinfo=UTC)
    names = {"acme": [{}, {}, {"subscription": "s-1"}, {"subscription": "other"}], "beta": [{}]}
    events = []
    for number in range(240):
        account = chance.choice(list(names))
        minutes = chance.choice([1, 15, 60, 24 * 60]) * chance.randrange(DAYS * 24 * 60)
        at = begin + timedelta(minutes=minutes % (DAYS * 24 * 60))
        events.append(
            {
                "id": f"e{number}",
                "account": account,
                "meter": chance.choice(AGGREGATIONS),
                "time": at.isoformat(),
                "properties": content(chance),
                **chance.choice(names[account]),
            }
        )
    for first in range(0, 240, 60):
        business(*events[first : first + 60])
        for number in chance.sample(range(first + 60), 10):
            change = {"void": True} if chance.random() < 0.4 else {"properties": content(chance)}
            # One that is void already is refused.
            ask("correct_usage", source="app", id=f"e{number}", reason="test", **change)
        catch_up(ledger.db)
    return ledger.db


def standing(db) -> dict[tuple[str, str], list]:
    with db.transaction(Role.READER) as tx:
        rows = tx.conn.execute(
            "select distinct on (stream) data ->> 'account', data ->> 'meter', occurred_at, "
            "position, data from ledger.log where type like 'usage.%' and lane = 1 "
            "and data ? 'meter' order by stream, version desc"
        ).fetchall()
    found = defaultdict(list)
    for account, meter, at, position, data in rows:
        if "quantity" in data:
            found[account, meter].append((at, position, data))
    return found


def windows(chance: random.Random) -> list[UsedWindow]:
    found = []
    for account in ("acme", "beta"):
        for meter in AGGREGATIONS:
            for zone in ZONES:
                first = START + timedelta(days=chance.randrange(-1, DAYS))
                last = first + timedelta(days=chance.choice([1, 1, 2, 3, 10, 31, 92]))
                span = instant(first, zone), instant(last, zone)
                name = chance.choice(["s-1", "s-2"])
                found.append(UsedWindow(len(found), 1, account, meter, name, meter, *span))
    return found


def levels(chance: random.Random) -> list[UsedWindow]:
    """Windows over which changes of a level are weighted; they end at any time."""
    found = []
    for zone in ZONES:
        first = instant(START + timedelta(days=chance.randrange(DAYS)), zone)
        last = first + timedelta(seconds=chance.randrange(1, 40 * 86_400))
        found.append(UsedWindow(len(found), 1, "acme", "sum", "s-1", "weighted_sum", first, last))
    return found


def measured(tx, asked: list[UsedWindow]) -> list:
    keys = [window for window in asked if window.aggregation == "unique_count"]
    others = [window for window in asked if window.aggregation != "unique_count"]
    return sorted([*tx.all(used(others)), *tx.all(used_keys(keys))], key=lambda one: one.number)


def expected(window: UsedWindow, events: list) -> Decimal:
    readings = [
        Reading(at, position, Decimal(data["quantity"]), data.get("key"))
        for at, position, data in events
        if window.window_from <= at < window.window_to
        and data.get("subscription") in (None, window.subscription)
    ]
    return aggregate(window.aggregation, readings)


def test_what_is_used_is_what_the_events_say(busy, chance):
    events = standing(busy)
    asked = windows(chance)
    with busy.transaction(Role.READER) as tx:
        answers = measured(tx, asked)

    assert [one.number for one in answers] == list(range(len(asked)))
    for window, one in zip(asked, answers, strict=True):
        assert one.quantity == expected(window, events[window.account, window.meter]), window
    assert len({one.quantity for one in answers}) > 10


def test_a_level_counts_by_how_long_it_holds(busy, chance):
    changes = [
        (at, Decimal(data["quantity"]))
        for at, _, data in standing(busy)["acme", "sum"]
        if data.get("subscription") in (None, "s-1")
    ]
    asked = levels(chance)
    with busy.transaction(Role.READER) as tx:
        answers = tx.all(used_level(asked))

    for window, one in zip(asked, answers, strict=True):
        seconds = [
            (window.window_to - max(at, window.window_from), quantity)
            for at, quantity in changes
            if at < window.window_to
        ]
        level_seconds = sum(
            (Decimal(held // timedelta(seconds=1)) * quantity for held, quantity in seconds),
            Decimal(0),
        )
        assert one.quantity == level_seconds, window
    assert len({one.quantity for one in answers}) > 3


def test_a_rebuild_tells_the_same(busy, chance):
    asked = windows(chance)
    with busy.transaction(Role.READER) as tx:
        before = measured(tx, asked)
    rebuild(busy, "usage")
    with busy.transaction(Role.READER) as tx:
        assert measured(tx, asked) == before
