"""Unrated usage is exact: late, corrected, partly rated, without a subscription, within a trial."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from ledger.projector.follower import catch_up
from ledger.reads import exceptions
from ledger.store.database import Role


def used(event_id: str, account: str, time: str, meter: str = "sum", **rest) -> dict:
    return {
        "id": event_id,
        "account": account,
        "meter": meter,
        "time": f"2026-{time}Z",
        "properties": {"v": "1"},
        **rest,
    }


@pytest.fixture
def unrated(ledger):
    """What is unrated now: {(account, meter): facts}."""

    def unrated(**filters) -> dict:
        catch_up(ledger.db)
        with ledger.db.transaction(Role.READER) as tx:
            rows = tx.all(exceptions.unrated(**filters))
        found = Counter()
        for row in rows:
            assert row.today + row.days_7 + row.days_30 + row.older == row.facts
            found[row.account, row.meter] += row.facts
        return dict(found)

    return unrated


def test_usage_is_unrated_until_it_is_rated(subscribed, told, unrated):
    subscribed(used("a", "acme", "10-10T00:00:00"), used("b", "acme", "10-10T00:20:00"))
    assert unrated() == {("acme", "sum"): 2}

    told("rate_usage", through="2026-10-31")
    assert unrated() == {}


def test_late_usage_beside_rated_usage_is_counted_alone(subscribed, told, unrated):
    subscribed(used("a", "acme", "10-10T00:00:00"), used("b", "acme", "10-10T00:01:00"))
    told("rate_usage", through="2026-10-31")

    subscribed(used("late", "acme", "10-10T00:02:00"))  # in the same quarter of an hour
    assert unrated() == {("acme", "sum"): 1}

    told("rate_usage", through="2026-10-31")
    assert unrated() == {}


def test_a_correction_is_a_fact_to_rate_too(subscribed, told, unrated):
    subscribed(used("a", "acme", "10-10T00:00:00"))
    told("rate_usage", through="2026-10-31")

    told("correct_usage", source="app", id="a", void=True, reason="wrong")
    assert unrated() == {("acme", "sum"): 1}

    told("rate_usage", through="2026-10-31")
    assert unrated() == {}


def test_what_is_void_waits_for_a_rating_only(subscribed, told, unrated):
    subscribed(used("a", "acme", "09-30T12:00:00"), used("b", "acme", "10-10T00:00:00"))
    for event in ("a", "b"):
        told("correct_usage", source="app", id=event, void=True, reason="wrong account")
    assert unrated() == {("acme", "sum"): 2}  # b and its void, in a subscription

    told("rate_usage", through="2026-10-31")
    assert unrated() == {}


def test_usage_without_a_price_stays_unrated(subscribed, told, unrated):
    subscribed(
        used("a", "acme", "10-10T00:00:00", meter="max"),
        used("b", "acme", "09-30T12:00:00"),  # before the subscription
        used("c", "acme", "10-10T00:00:00", subscription="another"),
        used("d", "acme", "10-10T00:00:00", subscription="s-acme"),
    )
    told("rate_usage", through="2026-10-31")

    assert unrated() == {("acme", "max"): 1, ("acme", "sum"): 2}
    assert unrated(account="beta") == {}
    assert unrated(entity="US") == {("acme", "max"): 1, ("acme", "sum"): 2}


def test_the_boundary_of_a_day_is_that_of_the_billing_time_zone(subscribed, told, unrated):
    subscribed(
        used("in", "acme", "11-01T03:59:59"),  # still October in New York
        used("out", "acme", "11-01T04:00:00"),
    )
    told("rate_usage", through="2026-10-31")

    assert unrated() == {("acme", "sum"): 1}


def test_usage_within_a_trial_is_free(subscribed, told, unrated):
    subscribed(
        used("free", "beta", "10-05T03:59:59"),
        used("paid", "beta", "10-05T04:00:00"),
        used("other meter", "beta", "10-02T00:00:00", meter="max"),
    )
    assert unrated() == {("beta", "sum"): 1, ("beta", "max"): 1}

    told("rate_usage", through="2026-10-31")
    assert unrated() == {("beta", "max"): 1}


def test_dead_letters_are_listed_until_they_are_replayed(business, ask, told, ledger):
    event = {"source": "app", **used("a", "acme", "10-10T00:00:00", meter="later")}
    ask("record_usage", events=[event])
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        (letter,) = tx.all(exceptions.dead_letters())
        (counted,) = tx.all(exceptions.dead_letter_counts())
    assert (letter.code, letter.event_id, counted.letters) == ("UNKNOWN_METER", "a", 1)

    told("define_meter", meter="later", aggregation="sum", value="v")
    told("replay_dead_letters", ids=[str(letter.id)])
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        assert tx.all(exceptions.dead_letters()) == []


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_unrated_usage_says_why_and_how_old_it_is(subscribed, told, ledger):
    told(
        "publish_plan",
        plan="pro",
        currency="USD",
        from_="2026-11-01",
        items=[
            {"item": "api", "kind": "usage", "meter": "sum", "interval": "month",
             "model": {"type": "per_unit", "unit": "1"}},
            {"item": "included", "kind": "entitlement", "meter": "max", "limit": "10",
             "interval": "month"},
        ],
    )  # fmt: skip
    told("end_subscription", subscription="s-acme", on="2026-11-20")
    subscribed(
        used("waits", "acme", "11-19T12:00:00"),
        used("too early", "acme", "09-30T12:00:00"),
        used("too late", "acme", "11-23T11:00:00"),
        used("no price then", "acme", "10-20T12:00:00", meter="max"),
        used("included", "acme", "11-10T12:00:00", meter="max"),
        used("no price", "acme", "11-10T12:00:00", meter="latest"),
        used("of another", "acme", "11-10T12:00:00", subscription="s-beta"),
    )
    with ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(exceptions.unrated(now=NOW))

    ages = {
        (row.meter, row.reason): (row.today, row.days_7, row.days_30, row.older) for row in rows
    }
    assert ages == {
        ("latest", "no_price"): (0, 0, 1, 0),
        ("max", "no_price"): (0, 0, 0, 1),
        ("sum", "no_subscription"): (1, 0, 1, 1),
        ("sum", "to_rate"): (0, 1, 0, 0),
    }
