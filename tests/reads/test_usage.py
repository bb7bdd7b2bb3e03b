"""Usage sets equal what plain Python makes of the log at any position; rollups equal events."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import pytest

from ledger.metering import Reading, aggregate
from ledger.projector.follower import catch_up
from ledger.reads import measuring, usage
from ledger.store.database import Role

START = datetime(2026, 10, 1, tzinfo=UTC)
AGGREGATIONS = ("sum", "max", "latest", "unique_count", "count")


@pytest.fixture
def mixed(business, told, ledger):
    """Events of every meter, with corrections and voids, some naming a subscription."""
    chance = random.Random(3)
    events = []
    for number in range(80):
        minutes = chance.randrange(0, 4 * 24 * 60, 11)
        events.append(
            {
                "id": f"e{number}",
                "account": chance.choice(["acme", "beta"]),
                "meter": chance.choice(AGGREGATIONS),
                "time": (START + timedelta(minutes=minutes)).isoformat(),
                "properties": content(chance),
                **chance.choice([{}, {}, {"subscription": "s-acme"}, {"subscription": "other"}]),
            }
        )
    business(*events)
    for number in chance.sample(range(80), 12):
        change = {"void": True} if chance.random() < 0.3 else {"properties": content(chance)}
        for reason in ("first", "second")[: chance.choice([1, 2])]:
            if reason == "second":
                if "void" in change:
                    break
                change = {"properties": content(chance)}
            told("correct_usage", source="app", id=f"e{number}", reason=reason, **change)
    catch_up(ledger.db)
    return ledger.db


def content(chance: random.Random) -> dict:
    return {
        "v": chance.choice(["1", "2.50", "-3", "0.125", "40"]),
        "note": str(chance.random()),
        **chance.choice([{}, {"region": "eu"}, {"region": "us", "tier": "x"}, {"region": "us"}]),
    }


def facts_of(db) -> list:
    with db.transaction(Role.READER) as tx:
        return tx.conn.execute(
            "select stream, version, position, type, occurred_at, data, leaf from ledger.log "
            "where lane = 1 and type like 'usage.%' order by position"
        ).fetchall()


def oracle(facts: list, window: measuring.Window) -> tuple:
    """What design §4 says of a usage set, in plain Python."""
    inside = [
        fact
        for fact in facts
        if fact[5]["account"] == window.account
        and fact[5]["meter"] == window.meter
        and window.window_from <= fact[4] < window.window_to
        and fact[2] <= window.to_position
    ]
    latest = {fact[0]: fact for fact in inside}
    stands = [
        fact
        for fact in latest.values()
        if not fact[3].startswith("usage.voided")
        and fact[5].get("subscription") in (None, window.subscription)
    ]
    readings = [
        Reading(fact[4], fact[2], Decimal(fact[5]["quantity"]), fact[5].get("key"))
        for fact in stands
    ]
    blocks: dict[int, list[bytes]] = defaultdict(list)
    for fact in inside:
        blocks[(fact[2] - 1) >> 14].append(fact[6])
    hashes = b"".join(sha256(b"".join(blocks[block])).digest() for block in sorted(blocks))
    quantity = aggregate(window.aggregation, readings)
    return len(stands), quantity, len(inside), sha256(hashes).hexdigest()


def windows_of(heads: int) -> list[measuring.Window]:
    spans = [(0, 96), (0, 24), (24, 48), (30, 31), (200, 300)]
    return [
        measuring.Window(
            number,
            1,
            account,
            meter,
            f"s-{account}",
            meter,
            START + timedelta(hours=first),
            START + timedelta(hours=last),
            to_position,
            ("region",),
        )
        for number, (account, meter, (first, last), to_position) in enumerate(
            (account, meter, span, to_position)
            for account in ("acme", "beta")
            for meter in AGGREGATIONS
            for span in spans
            for to_position in (0, 7, heads // 2, heads)
        )
    ]


def test_a_usage_set_is_what_the_log_says_at_any_position(mixed):
    facts = facts_of(mixed)
    windows = windows_of(facts[-1][2])
    with mixed.transaction(Role.READER) as tx:
        measured = tx.all(measuring.measure(windows))

    assert [one.number for one in measured] == [window.number for window in windows]
    for window, one in zip(windows, measured, strict=True):
        found = (one.count, one.quantity, one.facts, one.digest)
        assert found == oracle(facts, window), window
    assert any(one.count not in (0, one.facts) for one in measured)


def test_groups_of_a_usage_set_are_its_parts(mixed):
    facts = facts_of(mixed)
    windows = [window for window in windows_of(facts[-1][2]) if window.to_position > 7]
    with mixed.transaction(Role.READER) as tx:
        measured = {one.number: one for one in tx.all(measuring.measure(windows))}
        groups = tx.all(measuring.measure_groups(windows))

    parts = defaultdict(list)
    for group in groups:
        assert group.dimensions.keys() <= {"region"}
        parts[group.number].append(group)
    for number, one in measured.items():
        assert sum(group.count for group in parts[number]) == one.count
    additive = [w.number for w in windows if w.aggregation in ("sum", "count")]
    for number in additive:
        total = sum((group.quantity for group in parts[number]), Decimal(0))
        assert total == measured[number].quantity
    assert any(len(listed) > 1 for listed in parts.values())


@pytest.mark.parametrize("bucket", ["hour", "day"])
@pytest.mark.parametrize("dimension", [None, "region"])
def test_usage_over_time_is_what_its_events_say(mixed, bucket, dimension):
    end = START + timedelta(days=5)
    length = timedelta(hours=1) if bucket == "hour" else timedelta(days=1)
    with mixed.transaction(Role.READER) as tx:
        for meter in AGGREGATIONS:
            points = tx.all(
                usage.usage_over_time("acme", meter, START, end, bucket=bucket, dimension=dimension)
            )
            events = tx.all(usage.usage_events("acme", meter, START, end, limit=1000))
            groups = defaultdict(list)
            for event in events:
                start = START + (event.occurred_at - START) // length * length
                groups[start, event.dimensions.get(dimension or "", "")].append(event)
            assert [(one.bucket, one.label) for one in points] == sorted(groups)
            for one in points:
                inside = groups[one.bucket, one.label]
                assert one.events == len(inside)
                assert one.sum == sum(event.quantity for event in inside)
                assert one.max == max(event.quantity for event in inside)
                assert one.keys == len({event.key for event in inside} - {None})
                assert one.latest == inside[-1].quantity


@pytest.mark.parametrize("bucket", ["hour", "day"])
def test_the_level_of_a_bucket_is_the_sum_of_all_before_its_end(business, ledger, bucket):
    changes = [(0, "5", "eu"), (3, "2", "us"), (3, "-1", "eu"), (50, "4", "eu"), (51, "-2", "us")]
    business(
        *(
            {
                "id": f"l{number}",
                "account": "acme",
                "meter": "weighted_sum",
                "time": (START + timedelta(hours=hour)).isoformat(),
                "properties": {"v": change, "region": region},
            }
            for number, (hour, change, region) in enumerate(changes)
        )
    )

    def levels(start, dimension):
        query = usage.usage_over_time(
            "acme", "weighted_sum", START + timedelta(days=start), START + timedelta(days=9),
            bucket=bucket, dimension=dimension, level=True,
        )  # fmt: skip
        with ledger.db.transaction(Role.READER) as tx:
            return [(row.label, row.level) for row in tx.all(query)]

    if bucket == "day":
        assert levels(0, None) == [("", 6), ("", 8)]
        assert levels(0, "region") == [("eu", 4), ("us", 2), ("eu", 8), ("us", 0)]
    else:
        assert levels(0, None) == [("", 5), ("", 6), ("", 10), ("", 8)]
    assert levels(1, "region") == [("eu", 8), ("us", 0)]


def test_usage_over_time_is_paged(mixed):
    end = START + timedelta(days=5)
    with mixed.transaction(Role.READER) as tx:
        whole = tx.all(usage.usage_over_time("acme", "sum", START, end, dimension="region"))
        pages, after = [], (datetime(1, 1, 1, tzinfo=UTC), "")
        while page := tx.all(
            usage.usage_over_time(
                "acme", "sum", START, end, dimension="region", after=after, limit=2
            )
        ):
            pages += page
            after = page[-1].bucket, page[-1].label
    assert pages == whole
    assert len(whole) > 2


def test_a_usage_set_is_paged_by_time_and_shows_what_stood_when_it_was_rated(
    subscribed, told, ledger
):
    subscribed(
        *(
            {
                "id": f"u{number}",
                "account": "acme",
                "meter": "sum",
                "time": f"2026-10-1{number}T00:00:00Z",
                "properties": {"v": str(number)},
            }
            for number in range(5)
        )
    )
    told("rate_usage", through="2026-10-31")
    told("correct_usage", source="app", id="u2", properties={"v": "50"}, reason="wrong")
    told("rate_usage", through="2026-10-31")
    catch_up(ledger.db)

    with ledger.db.transaction(Role.READER) as tx:
        first = tx.all(usage.usage_set("s-acme/api/2026-10-01/1", limit=3))
        after = first[-1].occurred_at, first[-1].position
        rest = tx.all(usage.usage_set("s-acme/api/2026-10-01/1", after=after))
        again = tx.all(usage.usage_set("s-acme/api/2026-10-01/2"))

    assert [event.quantity for event in first + rest] == [Decimal(n) for n in range(5)]
    assert [event.quantity for event in again] == [Decimal(n) for n in (0, 1, 50, 3, 4)]


def test_a_page_of_a_usage_set_reads_the_index_only_as_far_as_it_needs(subscribed, told, ledger):
    subscribed(
        *(
            {
                "id": f"u{number}",
                "account": "acme",
                "meter": "sum",
                "time": f"2026-10-10T00:{number // 60:02}:{number % 60:02}Z",
                "properties": {"v": "1"},
            }
            for number in range(300)
        )
    )
    told("rate_usage", through="2026-10-31")
    catch_up(ledger.db)
    query = usage.usage_set("s-acme/api/2026-10-01/1", limit=10)

    with ledger.db.transaction(Role.READER) as tx:
        tx.execute("set local enable_seqscan = off")
        tx.execute("set local enable_sort = off")
        (plan,) = tx.execute("explain (analyze, format json) " + query.sql, query.params).fetchone()

    def nodes(node):
        yield node
        for child in node.get("Plans", ()):
            yield from nodes(child)

    (scan,) = [n for n in nodes(plan[0]["Plan"]) if n.get("Relation Name") == "usage_events"]
    assert scan["Index Name"] == "usage_events_key"
    assert scan["Actual Rows"] <= 11


def test_completeness_counts_what_came_in(business, ask, ledger):
    event = {"account": "acme", "meter": "sum", "time": "2026-10-01T00:00:00Z"}
    business({"id": "a", **event, "properties": {"v": "1"}})
    listed = [
        {"source": "app", "id": "a", **event, "properties": {"v": "1"}},
        {"source": "app", "id": "b", **event, "properties": {"v": "x"}},
        {"source": "app", "id": "c", **event, "properties": {"v": "3"}},
        {"source": "app", "id": "a", **event, "properties": {"v": "2"}},
    ]
    ask("record_usage", events=listed)
    catch_up(ledger.db)

    with ledger.db.transaction(Role.READER) as tx:
        (row,) = tx.all(usage.completeness("app"))
    assert (row.received, row.accepted, row.duplicate, row.dead_lettered) == (5, 2, 1, 2)
