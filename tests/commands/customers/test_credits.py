"""Grants of credit: what an account may have, and what does not go together."""

from decimal import Decimal

import pytest

from ledger.commands.engine.aggregates import project_account
from ledger.events.streams import stream

MONEY = {"grant": "g-1", "account": "acme", "kind": "prepaid", "from": "2026-11-01",
         "amount": "100.00"}  # fmt: skip
UNITS = {"grant": "g-1", "account": "acme", "kind": "prepaid", "from": "2026-11-01",
         "units": "1000", "meter": "api", "price": "899.99"}  # fmt: skip


def granted(ledger, grant="g-1"):
    return ledger.books.latest(stream("grant", grant))


def test_every_field_is_kept_and_the_account_knows_it(world, ledger):
    answer = world("grant_credit", **UNITS, expires="2026-12-31", expected_breakage="0.10",
                   tax="sales")  # fmt: skip
    assert [fact.type for fact in answer.facts] == ["credit.granted/1", "account.credited/1"]
    fact = granted(ledger)
    assert (fact.units, fact.meter, fact.price) == (Decimal(1000), "api", Decimal("899.99"))
    assert (fact.expires_on.isoformat(), fact.tax_code) == ("2026-12-31", "sales")
    assert (fact.entity, fact.currency) == ("US", "USD")
    assert fact.expected_breakage == Decimal("0.10")
    account = ledger.books.get(stream("account", "acme"), project_account)
    assert (account.version, account.subscriptions) == (3, ("s-1",))


@pytest.mark.parametrize(("kind", "price"), [("prepaid", Decimal(100)), ("promotional", None)])
def test_prepaid_money_costs_itself_and_promotional_money_nothing(world, ledger, kind, price):
    world("grant_credit", **{**MONEY, "kind": kind})
    assert granted(ledger).price == price


def test_an_account_takes_a_subscription_after_a_grant(world):
    """The version of the account's stream counts grants and discounts too."""
    world("grant_credit", **MONEY)
    world("add_discount", discount="d", account="acme", percent="5", from_="2026-11-01")
    world("define_meter", meter="disk", aggregation="max")
    item = {"item": "disk", "kind": "usage", "meter": "disk", "interval": "month",
            "model": {"type": "per_unit", "unit": "1"}}  # fmt: skip
    world("publish_plan", plan="disks", currency="USD", from_="2026-01-01", items=[item])
    answer = world("start_subscription", subscription="s-2", account="acme", plan="disks",
                   from_="2026-11-01")  # fmt: skip
    assert answer.status == "accepted"


REFUSED = [
    (MONEY, {"account": "nobody"}, "UNKNOWN_ACCOUNT", "account"),
    (MONEY, {"kind": "gift"}, "BAD_VALUE", "kind"),
    (MONEY, {"amount": "0"}, "BAD_VALUE", "amount"),
    (MONEY, {"amount": "1.001"}, "BAD_VALUE", "amount"),
    (MONEY, {"price": "1.001"}, "BAD_VALUE", "price"),
    (MONEY, {"amount": None}, "BAD_VALUE", "amount"),
    (MONEY, {"units": "5"}, "BAD_VALUE", "amount"),
    (MONEY, {"meter": "api"}, "BAD_VALUE", "meter"),
    (MONEY, {"expires": "2026-10-31"}, "BAD_VALUE", "expires"),
    (MONEY, {"expected_breakage": "1"}, "BAD_VALUE", "expected_breakage"),
    (MONEY, {"expected_breakage": "-0.1"}, "BAD_VALUE", "expected_breakage"),
    (MONEY, {"expected_breakage": 0.1}, "BAD_DECIMAL", "expected_breakage"),
    (MONEY, {"tax": "none"}, "UNKNOWN_TAX_CODE", "tax"),
    (MONEY, {"kind": "promotional", "price": "5"}, "BAD_VALUE", "price"),
    (MONEY, {"kind": "promotional", "tax": "sales"}, "BAD_VALUE", "tax"),
    (MONEY, {"kind": "promotional", "expected_breakage": "0.1"}, "BAD_VALUE", "expected_breakage"),
    (MONEY, {"kind": "promotional", "top_up": {"below": "5"}}, "BAD_VALUE", "top_up"),
    (MONEY, {"top_up": {"below": "100.01"}}, "BAD_VALUE", "top_up.below"),
    (MONEY, {"top_up": {}}, "MISSING_FIELD", "top_up.below"),
    (UNITS, {"meter": None}, "BAD_VALUE", "meter"),
    (UNITS, {"meter": "none"}, "UNKNOWN_METER", "meter"),
    (UNITS, {"meter": "disk"}, "BAD_VALUE", "meter"),
    (UNITS, {"price": None}, "MISSING_FIELD", "price"),
    (UNITS, {"units": "0"}, "BAD_VALUE", "units"),
]


def test_what_does_not_fit_is_refused(world, ledger, subtests):
    world("define_meter", meter="disk", aggregation="max")
    head = ledger.books.head()
    for body, change, code, field in REFUSED:
        with subtests.test(change=change):
            answer = world("grant_credit", **{**body, **change})
            assert (answer.error.code, answer.error.field) == (code, field)
            assert ledger.books.head() == head


def test_a_grant_id_is_used_once(world):
    world("grant_credit", **MONEY)
    answer = world("grant_credit", **UNITS)
    assert (answer.error.code, answer.error.field) == ("ALREADY_EXISTS", "grant")


def test_a_reverse_charge_needs_both_vat_ids(world):
    world("set_tax_rate", code="rc", rate="0", from_="2026-01-01", category="AE")
    answer = world("grant_credit", **MONEY, tax="rc")
    assert (answer.error.code, answer.error.field) == ("VAT_ID_MISSING", "tax")
