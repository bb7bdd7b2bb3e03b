"""Changes and ends of subscriptions: what may be agreed later, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ledger.commands.engine.aggregates import project_subscription
from ledger.events.streams import stream
from ledger.projector.follower import catch_up
from ledger.reads.subscriptions import live_subscriptions, subscriptions
from ledger.store.database import Role


def fee(item="base", amount="99", **more):
    return {"item": item, "kind": "recurring", "amount": amount, "interval": "month",
            "timing": "in_advance", **more}  # fmt: skip


def use(item="calls", meter="api"):
    return {"item": item, "kind": "usage", "meter": meter, "interval": "month",
            "model": {"type": "per_unit", "unit": "0.01"}}  # fmt: skip


@pytest.fixture
def seats(world):
    """The world with plans of seats in two sizes, and acme's t-1 on the smaller since December."""
    setup = {"item": "setup", "kind": "one_time", "amount": "50"}
    for name, amount in (("team", "99"), ("company", "249")):
        items = [fee(amount=amount), setup]
        world("publish_plan", plan=name, currency="USD", from_="2026-01-01", items=items)
    answer = world("start_subscription", subscription="t-1", account="acme", plan="team",
                   from_="2026-12-01", quantity={"base": "5"})  # fmt: skip
    assert answer.status == "accepted", answer
    return world


def read(ledger, query):
    catch_up(ledger.db)
    with ledger.db.transaction(Role.READER) as tx:
        return tx.all(query)


def agreed(ledger, name="t-1"):
    return ledger.books.get(stream("subscription", name), project_subscription)


def test_a_change_stands_in_the_stream_of_the_subscription(seats, ledger):
    answer = seats("change_subscription", subscription="t-1", from_="2026-12-12", plan="company",
                   quantity={"base": "6"})  # fmt: skip
    assert [fact.type for fact in answer.facts] == ["subscription.changed/1"]
    (change,) = agreed(ledger).agreement.changes
    assert (str(change.starts_on), change.plan, change.quantity) == (
        "2026-12-12",
        "company",
        {"base": 6},
    )
    assert agreed(ledger).version == 2


REFUSED = [
    ({"subscription": "nobody", "plan": "company"}, "UNKNOWN_SUBSCRIPTION", "subscription"),
    ({"plan": "gold"}, "UNKNOWN_PLAN", "plan"),
    ({"from": "2026-11-30", "plan": "company"}, "BAD_VALUE", "from"),
    ({"from": "2027-02-01", "plan": "company"}, "BAD_VALUE", "from"),
    ({"plan": "team"}, "NOTHING_CHANGED", "plan"),
    ({"quantity": {"base": "5"}}, "NOTHING_CHANGED", "quantity"),
    ({"quantity": {"setup": "1"}}, "NOTHING_CHANGED", "quantity"),
    ({}, "NOTHING_CHANGED", "quantity"),
    ({"quantity": {"base": "-1"}}, "BAD_VALUE", "quantity.base"),
    ({"quantity": {"seats": "7"}}, "BAD_VALUE", "quantity.seats"),
    ({"quantity": {"calls": "7"}, "plan": "mixed"}, "BAD_VALUE", "quantity.calls"),
    ({"plan": "euro"}, "CURRENCY_MISMATCH", "plan"),
    ({"plan": "later"}, "PLAN_NOT_LIVE", "from"),
    ({"plan": "basic"}, "SUBSCRIPTION_OVERLAP", "plan"),
    ({"plan": "reverse"}, "VAT_ID_MISSING", "plan"),
]


def test_what_does_not_fit_is_refused(seats, ledger, subtests):
    seats("set_tax_rate", code="rc", rate="0", from_="2026-01-01", category="AE")
    for name, currency, since, items in [
        ("mixed", "USD", "2026-01-01", [fee(), use()]),
        ("euro", "EUR", "2026-01-01", [fee()]),
        ("later", "USD", "2028-01-01", [fee()]),
        ("reverse", "USD", "2026-01-01", [fee(tax="rc")]),
    ]:
        seats("publish_plan", plan=name, currency=currency, from_=since, items=items)
    seats("end_subscription", subscription="t-1", on="2027-02-01")
    body = {"subscription": "t-1", "from": "2026-12-12"}
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            head = ledger.books.head()
            answer = seats("change_subscription", **{**body, **change})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_an_end_is_the_accounting_date_and_may_be_moved(seats, ledger):
    seats("end_subscription", subscription="t-1", on="2027-01-15")
    again = seats("end_subscription", subscription="t-1", on="2027-01-15", key="again")
    assert again.error.code == "NOTHING_CHANGED"
    early = seats("end_subscription", subscription="t-1", on="2026-11-30")
    assert (early.error.code, early.error.field) == ("BAD_VALUE", "on")
    moved = seats("end_subscription", subscription="t-1", on="2027-01-15", credit_unused=True)
    assert moved.status == "accepted"
    end = agreed(ledger).agreement.ended
    assert (str(end.ends_on), end.credit_unused) == ("2027-01-15", True)


def test_a_meter_is_free_again_after_an_end_and_taken_again_when_that_is_moved(seats):
    seats("end_subscription", subscription="s-1", on="2026-12-12")
    seats("publish_plan", plan="mixed", currency="USD", from_="2026-01-01", items=[use()])
    early = seats("change_subscription", subscription="t-1", from_="2026-12-11", plan="mixed")
    assert early.error.code == "SUBSCRIPTION_OVERLAP"
    late = seats("change_subscription", subscription="t-1", from_="2026-12-12", plan="mixed")
    assert late.status == "accepted"
    moved = seats("end_subscription", subscription="s-1", on="2026-12-13")
    assert (moved.error.code, moved.error.field) == ("SUBSCRIPTION_OVERLAP", "on")


def test_a_version_that_adds_a_meter_is_judged_by_who_changed_to_its_plan(seats):
    seats("change_subscription", subscription="t-1", from_="2026-12-12", plan="company")
    answer = seats("publish_plan", plan="company", currency="USD", from_="2026-06-01",
                   items=[fee(amount="249"), use()])  # fmt: skip
    assert answer.error.code == "SUBSCRIPTION_OVERLAP"


def test_two_subscriptions_of_an_account_cannot_take_one_meter_at_once(seats):
    seats("define_meter", meter="disk", aggregation="max")
    seats("publish_plan", plan="disk", currency="USD", from_="2026-01-01",
          items=[use("disk", "disk")])  # fmt: skip
    seats("start_subscription", subscription="t-2", account="acme", plan="team", from_="2026-12-01")
    gate = Barrier(2)

    def go(name):
        gate.wait()
        answer = seats("change_subscription", subscription=name, key=name, from_="2026-12-12",
                       plan="disk")  # fmt: skip
        return answer.error.code if answer.error else answer.status

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, ["t-1", "t-2"])) == ["SUBSCRIPTION_OVERLAP", "accepted"]


def test_reads_show_changes_the_end_and_what_holds_today(seats, ledger):
    seats("change_subscription", subscription="t-1", from_="2026-12-01", plan="company",
          quantity={"base": "7", "setup": "2"})  # fmt: skip
    seats("change_subscription", subscription="t-1", from_="2099-01-01", quantity={"base": "8"})
    seats("end_subscription", subscription="t-1", on="2099-06-01", credit_unused=True)
    (row,) = read(ledger, subscriptions(subscriptions=["t-1"]))
    assert (row.plan, row.quantity, row.version) == ("team", {"base": "5"}, 1)
    assert (str(row.ends_on), row.credit_unused, row.end_version) == ("2099-06-01", True, 4)
    assert [each["version"] for each in row.changes] == [2, 3]
    started = str(row.starts_on) <= "2026-12-01" and row.state in ("active", "pending")
    assert started
    if row.state == "active":
        assert (row.current_plan, row.current_quantity) == ("company", {"base": "7", "setup": "2"})
    live = {
        each.subscription: each
        for each in read(ledger, live_subscriptions(row.starts_on, ["acme"]))
    }
    assert live["t-1"].changes == row.changes
    assert live["t-1"].position == row.position
