"""One entity, two accounts, a meter of every aggregation, by commands."""

import pytest

from ledger.projector.follower import catch_up


@pytest.fixture
def told(ask):
    """Ask a command that must be accepted."""

    def told(command: str, **fields):
        answer = ask(command, **fields)
        assert answer.status == "accepted", answer
        return answer

    return told


@pytest.fixture
def business(ledger, told):
    """The reference data; returns a function that records usage and folds it."""
    told(
        "register_entity",
        entity="US",
        name="US Inc",
        currency="USD",
        country="US",
        time_zone="America/New_York",
        first_period="2026-01",
    )
    for account in ("acme", "beta"):
        told("open_account", account=account, entity="US", name=account, currency="USD")
    for aggregation in ("sum", "max", "latest", "unique_count", "count", "weighted_sum"):
        value = {} if aggregation == "count" else {"value": "v"}
        told(
            "define_meter",
            meter=aggregation,
            aggregation=aggregation,
            dimensions=["region", "tier"],
            **value,
        )

    def record(*events: dict) -> None:
        common = {"source": "app"}
        answer = told("record_usage", events=[common | event for event in events])
        assert answer.usage["rejected"] == [], answer.usage
        catch_up(ledger.db)

    return record


@pytest.fixture
def subscribed(told, business):
    """Both accounts take a plan that prices the meter ``sum`` at 1; beta has a trial."""
    item = {
        "item": "api",
        "kind": "usage",
        "meter": "sum",
        "interval": "month",
        "model": {"type": "per_unit", "unit": "1"},
    }
    told("publish_plan", plan="pro", currency="USD", from_="2026-10-01", items=[item])
    for account, trial in (("acme", {}), ("beta", {"trial_until": "2026-10-05"})):
        told(
            "start_subscription",
            subscription=f"s-{account}",
            account=account,
            plan="pro",
            from_="2026-10-01",
            **trial,
        )
    return business
