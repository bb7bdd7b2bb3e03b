"""Subscriptions: what an account may take, at which prices, from when."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ledger.commands.engine.aggregates import project_account, project_subscription
from ledger.events.streams import stream

OTHER = {"subscription": "s-2", "account": "globex", "plan": "basic", "from": "2026-10-31"}
GLOBEX = {"account": "globex", "entity": "US", "name": "Globex Corp", "currency": "USD"}


@pytest.fixture
def globex(world):
    """The world with a second account."""
    assert world("open_account", **GLOBEX).status == "accepted"
    return world


def test_every_field_is_kept_and_the_account_knows_it(globex, ledger):
    override = {"item": "calls", "model": {"type": "per_unit", "unit": "0.005"}}
    answer = globex("start_subscription", **OTHER, anchor=15, trial_until="2026-11-07",
                    overrides=[override])  # fmt: skip
    assert [fact.type for fact in answer.facts] == [
        "subscription.started/1", "account.subscribed/1",
    ]  # fmt: skip
    taken = ledger.books.get(stream("subscription", "s-2"), project_subscription)
    assert taken.started.anchor == 15
    assert taken.started.overrides == (override,)
    assert taken.started.trial_until.isoformat() == "2026-11-07"
    account = ledger.books.get(stream("account", "globex"), project_account)
    assert (account.version, account.subscriptions) == (2, ("s-2",))


def test_the_anchor_is_the_day_it_starts(globex, ledger):
    globex("start_subscription", **OTHER)
    taken = ledger.books.get(stream("subscription", "s-2"), project_subscription)
    assert taken.started.anchor == 31


REFUSED = [
    ({"subscription": "grant:g-1"}, "BAD_VALUE", "subscription"),
    ({"subscription": "s-1"}, "ALREADY_EXISTS", "subscription"),
    ({"account": "nobody"}, "UNKNOWN_ACCOUNT", "account"),
    ({"plan": "gold"}, "UNKNOWN_PLAN", "plan"),
    ({"from": "2025-12-31"}, "PLAN_NOT_LIVE", "from"),
    ({"anchor": 0}, "BAD_VALUE", "anchor"),
    ({"anchor": 32}, "BAD_VALUE", "anchor"),
    ({"anchor": "1"}, "BAD_VALUE", "anchor"),
    ({"trial_until": "2026-10-31"}, "BAD_VALUE", "trial_until"),
    ({"quantity": {"calls": "5"}}, "BAD_VALUE", "quantity.calls"),
    ({"quantity": {"calls": 5}}, "BAD_DECIMAL", "quantity.calls"),
    ({"overrides": [{"item": "x", "model": {"type": "per_unit", "unit": "1"}}]}, "BAD_PLAN",
     "overrides.0.item"),
    ({"overrides": [{"item": "calls", "amount": "5"}]}, "BAD_PLAN", "overrides.0.amount"),
    ({"overrides": [{"item": "calls"}]}, "BAD_PLAN", "overrides.0.model"),
    ({"overrides": [{"item": "calls", "model": {"type": "matrix", "dimensions": ["x"],
      "prices": []}}]}, "BAD_PLAN", "overrides.0.model.dimensions.0"),
]  # fmt: skip


def test_what_does_not_fit_is_refused(globex, ledger, subtests):
    for change, code, field in REFUSED:
        with subtests.test(change=change):
            head = ledger.books.head()
            answer = globex("start_subscription", **{**OTHER, **change})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_the_plan_is_in_the_accounts_currency(world):
    world("register_entity", entity="EU", name="E", currency="EUR", country="DE",
          time_zone="UTC", first_period="2026-01")  # fmt: skip
    world("open_account", **{**GLOBEX, "entity": "EU", "currency": "EUR"})
    answer = world("start_subscription", **OTHER)
    assert (answer.error.code, answer.error.field) == ("CURRENCY_MISMATCH", "plan")


def test_an_item_under_reverse_charge_needs_both_vat_ids(globex):
    globex("set_tax_rate", code="rc", rate="0", from_="2026-01-01", category="AE")
    model = {"type": "per_unit", "unit": "1"}
    item = {"item": "x", "kind": "usage", "meter": "api", "interval": "month", "model": model,
            "tax": "rc"}  # fmt: skip
    globex("publish_plan", plan="rc", currency="USD", from_="2026-01-01", items=[item])
    answer = globex("start_subscription", **{**OTHER, "plan": "rc"})
    assert (answer.error.code, answer.error.field) == ("VAT_ID_MISSING", "plan")


def test_two_subscriptions_may_not_price_one_meter(world):
    answer = world("start_subscription", **{**OTHER, "account": "acme"})
    assert (answer.error.code, answer.error.field) == ("SUBSCRIPTION_OVERLAP", "plan")
    assert "s-1" in answer.error.message


def test_not_even_when_both_start_at_once(globex):
    gate = Barrier(4)

    def go(number: int) -> str:
        gate.wait()
        answer = globex("start_subscription", **{**OTHER, "subscription": f"t-{number}"},
                        key=f"t-{number}")  # fmt: skip
        return answer.error.code if answer.error else answer.status

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(go, range(4))) == [*["SUBSCRIPTION_OVERLAP"] * 3, "accepted"]


def test_nor_when_a_version_that_adds_the_meter_is_published_meanwhile(globex, ledger):
    """Whichever commits first, the other one decides anew; both cannot stand."""
    globex("define_meter", meter="disk", aggregation="max")
    model = {"type": "per_unit", "unit": "1"}
    disk = {"item": "disk", "kind": "usage", "meter": "disk", "interval": "month", "model": model}
    calls = {**disk, "item": "calls", "meter": "api"}
    globex("publish_plan", plan="storage", currency="USD", from_="2026-01-01", items=[disk])
    globex("start_subscription", subscription="d", account="globex", plan="storage",
           from_="2026-10-01")  # fmt: skip
    gate = Barrier(2)

    def start() -> str:
        gate.wait()
        return globex("start_subscription", key="start", **OTHER).status

    def publish() -> str:
        gate.wait()
        return globex("publish_plan", key="publish", plan="basic", currency="USD",
                      from_="2026-12-01", items=[calls, disk]).status  # fmt: skip

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(future.result() for future in (pool.submit(start), pool.submit(publish)))
    assert statuses == ["accepted", "refused"]
