"""Reminders: by the policy of the day, once each, and never of what is paid or disputed."""

from datetime import UTC, datetime

import pytest

from ledger.commands.schedule import remind
from ledger.projector.follower import catch_up
from ledger.reads.collecting import dunning_steps
from ledger.store.database import Role

STEPS = [{"days": 7, "name": "friendly"}, {"days": 14, "name": "firm"},
         {"days": 30, "name": "final"}]  # fmt: skip
ONE, TWO = "US-2026-000001", "US-2026-000002"
PAY = {"account": "acme", "currency": "USD", "via": "bank"}


@pytest.fixture
def late(world):
    """Two invoices of acme, due on 1 and 31 December, and a policy of 7, 14 and 30 days."""
    for month, quantity in (("10", "10000"), ("11", "5000")):
        event = {"source": "shop", "id": month, "account": "acme", "meter": "api",
                 "time": f"2026-{month}-05T10:00:00Z",
                 "properties": {"quantity": quantity}}  # fmt: skip
        assert world("record_usage", events=[event]).usage["accepted"] == 1
    for through, on in (("2026-10-31", "2026-11-01"), ("2026-11-30", "2026-12-01")):
        assert world("rate_usage", through=through).status == "accepted"
        assert world("issue_invoices", through=through, on=on).status == "accepted"
    assert world("set_dunning_policy", entity="US", from_="2026-01-01", steps=STEPS).facts
    return world


def reminders(ledger):
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        rows = tx.all(dunning_steps())
    return [
        (row.invoice, row.step, row.name, row.days_overdue, str(row.open), row.reminded_on.day)
        for row in rows
    ]


def test_each_step_is_reached_once_in_its_order(late, ledger):
    for day in ("2026-12-07", "2026-12-08", "2026-12-08", "2026-12-14", "2026-12-15"):
        assert late("run_dunning", on=day).status == "accepted"
    assert reminders(ledger) == [
        (ONE, 1, "friendly", 7, "100.00", 8),
        (ONE, 2, "firm", 14, "100.00", 15),
    ]
    assert late("run_dunning", on="2026-12-15").facts == []


def test_of_several_steps_reached_at_once_only_the_last_counts(late, ledger):
    late("run_dunning", on="2027-01-10")
    assert reminders(ledger) == [
        (ONE, 3, "final", 40, "100.00", 10),
        (TWO, 1, "friendly", 10, "50.00", 10),
    ]


def test_what_is_paid_or_disputed_is_passed_over_and_comes_back_when_it_is_owed_again(late, ledger):
    late("capture_payment", payment="p-1", amount="100.00", on="2026-12-05", **PAY)
    late("capture_payment", payment="p-2", amount="20.00", on="2026-12-05", **PAY)
    late("open_dispute", dispute="d-1", payment="p-2", amount="20.00", fee="0", on="2026-12-06")
    assert late("run_dunning", on="2027-01-10").facts == []
    late("return_payment", payment="p-1", on="2027-01-10", code="recall")
    late("close_dispute", dispute="d-1", outcome="lost", on="2027-01-10")
    late("run_dunning", on="2027-01-11")
    assert [row[:2] for row in reminders(ledger)] == [(ONE, 3), (TWO, 1)]
    assert reminders(ledger)[1][4] == "30.00"


def test_the_policy_of_the_day_counts_and_no_steps_end_it(late, ledger):
    late("set_dunning_policy", entity="US", from_="2026-12-10", steps=[{"days": 3, "name": "x"}])
    late("set_dunning_policy", entity="US", from_="2026-12-20", steps=[])
    late("run_dunning", on="2026-12-08")
    late("run_dunning", on="2026-12-15")
    late("run_dunning", on="2026-12-31")
    assert [row[:3] for row in reminders(ledger)] == [(ONE, 1, "friendly")]


REFUSED = [
    ({"entity": "EU"}, "UNKNOWN_ENTITY", "entity"),
    ({"steps": [{"days": 7, "name": "a"}, {"days": 7, "name": "b"}]}, "BAD_VALUE", "steps"),
    ({"steps": [{"days": 0, "name": "a"}]}, "BAD_VALUE", "steps.0.days"),
    ({"steps": [{"days": 7}]}, "MISSING_FIELD", "steps.0.name"),
]


def test_a_policy_that_does_not_fit_is_refused(late, ledger, subtests):
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            body = {"entity": "US", "from_": "2026-01-01", "steps": STEPS, **change}
            answer = late("set_dunning_policy", **body)
            assert (answer.error.code, answer.error.field) == (code, field)
    assert late("run_dunning", entity="EU").error.code == "UNKNOWN_ENTITY"
    assert late("run_dunning", account="nobody").error.code == "UNKNOWN_ACCOUNT"


def test_the_schedule_reminds_once_a_day(late, ledger):
    object.__setattr__(ledger, "clock", lambda: datetime(2026, 12, 9, 12, tzinfo=UTC))
    done = remind(ledger, {})
    assert {name: str(day) for name, day in done.items()} == {"US": "2026-12-09"}
    assert [row[:2] for row in reminders(ledger)] == [(ONE, 1)]
    head = ledger.books.head()
    assert remind(ledger, done) == {}
    assert remind(ledger, {}) == done
    assert ledger.books.head() == head
