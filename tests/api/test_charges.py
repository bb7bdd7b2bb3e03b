"""What takes something off a charge, as its customer sees it; and whom a dry run leaves out."""

from itertools import count

import pytest

from ledger.commands.registry import execute

ITEM = {"item": "calls", "kind": "usage", "meter": "api", "interval": "month"}


@pytest.fixture
def ask(ledger):
    """Ask a command by keyword, under a key of its own."""
    keys = count(1)

    def ask(command, **fields):
        body = {"command": command, "key": f"k-{next(keys)}"}
        body |= {name.rstrip("_"): value for name, value in fields.items()}
        answer = execute(ledger, body, "tester")
        assert answer.status == "accepted", answer
        return answer

    return ask


@pytest.fixture
def sold(ask):
    """A hundred calls of acme in October at a cent."""
    ask("register_entity", entity="US", name="Example", currency="USD", country="US",
        time_zone="UTC", first_period="2026-01")  # fmt: skip
    ask("define_meter", meter="api", aggregation="sum")
    ask("publish_plan", plan="basic", currency="USD", from_="2026-01-01",
        items=[{**ITEM, "model": {"type": "per_unit", "unit": "0.01"}}])  # fmt: skip
    customer(ask, "acme")
    return ask


def customer(ask, account, **more):
    ask("open_account", account=account, entity="US", name=account, currency="USD", **more)
    ask("start_subscription", subscription=account, account=account, plan="basic",
        from_="2026-10-01")  # fmt: skip
    event = {"source": "app", "id": account, "account": account, "meter": "api",
             "time": "2026-10-05T10:00:00Z", "properties": {"quantity": "100"}}  # fmt: skip
    ask("record_usage", events=[event])


def test_a_charge_says_what_discounts_and_grants_take_off(door, sold):
    """1.00 less 10 % and less 0.30 of a gift."""
    sold("add_discount", discount="ten", account="acme", percent="10", from_="2026-10-01")
    sold("grant_credit", grant="gift", account="acme", kind="promotional", amount="0.30",
         from_="2026-10-01")  # fmt: skip
    sold("rate_usage", through="2026-10-31")
    asked = """{ charges { nodes { amount { amount } due { amount }
                 adjustments { kind id amount net units } } } }"""
    (charge,) = door.data(asked, "portal", "acme")["charges"]["nodes"]
    assert (charge["amount"]["amount"], charge["due"]["amount"]) == ("1", "0.60")
    assert [tuple(each.values()) for each in charge["adjustments"]] == [
        ("discount", "ten", "0.10", "0.10", None),
        ("promotional", "gift", "0.30", "0.30", None),
    ]


def test_the_effect_of_a_dry_run_names_who_is_left_out(door, sold):
    sold("set_tax_rate", code="late", rate="10", from_="2027-01-01", category="S")
    customer(sold, "globex", tax="late")
    sold("rate_usage", through="2026-10-31")
    item = {**ITEM, "model": {"type": "per_unit", "unit": "0.02"}}
    asked = """mutation ($input: PublishPlanInput!) { publishPlan(input: $input) { __typename
               ... on WouldAccept { effect { leftOutCount leftOut { account code }
               charges { account } } } } }"""
    fields = {"key": "price", "plan": "basic", "currency": "USD", "from": "2026-10-01",
              "items": [item], "taxInclusive": True, "dryRun": True}  # fmt: skip
    answer = door.data(asked, input=fields)["publishPlan"]
    assert answer == {
        "__typename": "WouldAccept",
        "effect": {
            "leftOutCount": 1,
            "leftOut": [{"account": "globex", "code": "UNKNOWN_TAX_CODE"}],
            "charges": [{"account": "acme"}],
        },
    }
