"""Reports of limits: what is left, what was spent, and what was crossed."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.cli.reports import Asked, limits
from ledger.projector.follower import catch_up
from ledger.store.database import Role

PRICE = {"type": "per_unit", "unit": "0.01"}
ITEMS = [
    {"item": "included", "kind": "entitlement", "meter": "api", "limit": "1000",
     "interval": "month", "notify_at": ["80"]},
    {"item": "kept", "kind": "entitlement", "meter": "stored", "limit": "10",
     "interval": "month"},
    {"item": "calls", "kind": "usage", "meter": "api", "interval": "month", "model": PRICE},
]  # fmt: skip
ASKED = Asked(today=date(2026, 11, 23), as_of=date(2026, 11, 16))


@pytest.fixture
def told(world, ledger):
    """850 calls, 8 units stored for half of the month so far, a spend limit; tells a report."""
    world("define_meter", meter="stored", aggregation="weighted_sum")
    world("publish_plan", plan="basic", currency="USD", from_="2026-10-01", items=ITEMS)
    world("set_spend_limit", account="acme", from_="2026-10-01", amount="10", notify_at=["80"])
    for event, meter, day, quantity in (
        ("a", "api", "02T10", "850"),
        ("b", "stored", "01T00", "8"),
        ("c", "stored", "08T18", "-8"),
    ):
        body = {"source": "app", "id": event, "account": "acme", "meter": meter,
                "time": f"2026-11-{day}:00:00Z", "properties": {"quantity": quantity}}  # fmt: skip
        answer = world("record_usage", events=[body])
        assert answer.usage["accepted"] == 1, answer
    assert world("rate_usage", through="2026-11-16").status == "accepted"
    catch_up(ledger.db)

    def told(report, asked=ASKED):
        with ledger.db.transaction(Role.READER) as tx:
            return [tuple(map(str, row)) for row in report(tx, asked).rows]

    return told


def test_what_is_left(told):
    calls, kept = told(limits.entitlements)
    assert calls[:6] == ("acme", "s-1", "included", "api", "2026-11-01", "2026-12-01")
    assert calls[6:11] == ("1000", "850", "150", "85.00", "False")
    # 8 units for 7.75 of 30 days
    assert kept[6:9] == ("10", "2.066666666667", "7.933333333333")
    assert told(limits.entitlements, replace(ASKED, account="acme")) == [calls, kept]
    assert told(limits.entitlements, replace(ASKED, account="nobody")) == []


def test_what_was_spent(told):
    assert told(limits.spending) == [
        ("acme", "2026-11", "10.00", "8.50", "1.50", "85.00", "False", "USD")
    ]


def test_what_was_crossed(told):
    rows = told(limits.thresholds)
    assert [(row[1], row[2], row[7], row[9]) for row in rows] == [
        ("entitlement", "acme", "80", "850"),
        ("spending", "acme", "80", "8.50"),
    ]
    assert told(limits.thresholds, replace(ASKED, account="nobody")) == []
