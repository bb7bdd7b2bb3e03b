"""Thresholds: crossed once per per cent and period, whatever is corrected, raced or repeated."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.commands.usage.thresholds import Look, look
from ledger.commands.usage.watch import Watch
from ledger.projector.follower import catch_up
from ledger.reads.entitlements import thresholds
from ledger.store.database import Role
from ledger.store.meta import Meta

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHO = Meta("tester")
INCLUDED = {
    "item": "included",
    "kind": "entitlement",
    "meter": "api",
    "limit": "1000",
    "interval": "month",
    "notify_at": ["80", "100"],
    "block": True,
}
PRICE = {"type": "per_unit", "unit": "0.01"}
CALLS = {"item": "calls", "kind": "usage", "meter": "api", "interval": "month", "model": PRICE}


@pytest.fixture
def use(world, ledger):
    """A plan that includes 1,000 calls; returns a function that records so many on a day."""
    world("publish_plan", plan="basic", currency="USD", from_="2026-10-01", items=[INCLUDED, CALLS])

    def use(event: str, day: str, quantity: str):
        body = {"source": "app", "id": event, "account": "acme", "meter": "api",
                "time": f"{day}T10:00:00Z", "properties": {"quantity": quantity}}  # fmt: skip
        answer = world("record_usage", events=[body])
        assert answer.usage["accepted"] == 1, answer
        catch_up(ledger.db)

    return use


@pytest.fixture
def crossed(ledger):
    """What was said: (kind, first day, per cent, quantity)."""

    def crossed():
        catch_up(ledger.db)
        with ledger.db.transaction(Role.READER) as tx:
            rows = tx.all(thresholds())
        return [
            (row.kind, row.period_from.isoformat(), int(row.percent), str(row.quantity))
            for row in rows
        ]

    return crossed


def test_each_per_cent_of_a_period_is_said_once(use, crossed, ledger):
    use("a", "2026-11-02", "799")
    assert look(ledger, Look(NOW), WHO) == 0

    use("b", "2026-11-03", "1")
    assert look(ledger, Look(NOW), WHO) == 1
    use("c", "2026-11-04", "500")
    assert look(ledger, Look(NOW), WHO) == 1
    assert look(ledger, Look(NOW), WHO) == 0
    assert crossed() == [
        ("entitlement", "2026-11-01", 80, "800"),
        ("entitlement", "2026-11-01", 100, "1300"),
    ]


def test_late_usage_crosses_in_its_own_period(use, crossed, ledger):
    use("late", "2026-10-31", "900")
    assert look(ledger, Look(NOW), WHO) == 1
    assert crossed() == [("entitlement", "2026-10-01", 80, "900")]


def test_a_void_takes_nothing_back_and_crossing_anew_says_nothing(use, world, crossed, ledger):
    use("a", "2026-11-02", "900")
    assert look(ledger, Look(NOW), WHO) == 1
    world("correct_usage", source="app", id="a", void=True, reason="test")
    catch_up(ledger.db)
    assert look(ledger, Look(NOW), WHO) == 0
    use("b", "2026-11-02", "950")
    assert look(ledger, Look(NOW), WHO) == 0
    assert crossed() == [("entitlement", "2026-11-01", 80, "900")]


def test_two_who_look_at_once_say_it_once(use, crossed, ledger):
    use("a", "2026-11-02", "2000")
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: look(ledger, Look(NOW), WHO), range(4)))
    assert sum(said) == 2
    assert len(crossed()) == 2


def test_a_rating_says_what_it_led_to_and_names_its_key(use, world, crossed, ledger):
    world("set_spend_limit", account="acme", from_="2026-10-01", amount="10", notify_at=["50"])
    use("a", "2026-11-02", "850")
    answer = world("rate_usage", through="2026-11-20")

    types = [fact.type for fact in answer.facts]
    assert types.count("threshold.crossed/1") == 2
    assert crossed() == [
        ("entitlement", "2026-11-01", 80, "850"),
        ("spending", "2026-11-01", 50, "8.50"),
    ]
    again = world("rate_usage", through="2026-11-20")
    assert again.facts == []


def test_a_later_limit_is_crossed_by_what_was_spent(use, world, crossed):
    use("a", "2026-11-02", "750")
    world("rate_usage", through="2026-11-20")
    assert crossed() == []
    world("set_spend_limit", account="acme", from_="2026-11-10", amount="5", notify_at=["100"])
    world("rate_usage", through="2026-11-20")
    assert crossed() == [("spending", "2026-11-01", 100, "7.50")]


def test_after_the_end_of_a_subscription_its_last_period_is_looked_at(use, world, crossed, ledger):
    use("a", "2026-10-02", "900")
    world("end_subscription", subscription="s-1", on="2026-10-15")
    catch_up(ledger.db)
    assert look(ledger, Look(NOW), WHO) == 1
    assert look(ledger, replace(Look(NOW), accounts=["nobody"]), WHO) == 0
    assert crossed() == [("entitlement", "2026-10-01", 80, "900")]


def test_a_watch_looks_at_everybody_and_then_at_who_moved(use, crossed, ledger, monkeypatch):
    looked = []

    def told(ledger, asked, meta):
        looked.append(asked.accounts)
        return look(ledger, asked, meta)

    monkeypatch.setattr("ledger.commands.usage.watch.look", told)
    use("a", "2026-11-02", "900")
    watch = Watch(ledger, every_seconds=0)
    watch.look()
    watch.look()  # its own facts moved
    watch.look()
    assert looked[0] is None
    assert all(accounts == ["acme"] for accounts in looked[1:])
    before = len(looked)
    watch.look()
    assert len(looked) == before

    use("b", "2026-11-02", "100")
    watch.look()
    assert looked[before:] == [["acme"]]
    assert [row[2] for row in crossed()] == [80, 100]


def test_a_watch_waits_between_its_looks(use, crossed, ledger):
    watch = Watch(ledger)
    watch.look()
    use("a", "2026-11-02", "900")
    watch.look()
    assert crossed() == []
