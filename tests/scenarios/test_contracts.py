"""Contracts billed in advance: upgrades, downgrades, years, concessions, and the wrong entity."""

from datetime import date

import pytest

from ledger.projector.checks import run_checks
from ledger.projector.follower import catch_up
from ledger.reads.waterfall import waterfalls
from ledger.store.database import Role

CENT = {"type": "per_unit", "unit": "0.01"}


def fee(item, amount, interval="month", **more):
    return {"item": item, "kind": "recurring", "amount": amount, "interval": interval,
            "timing": "in_advance", "proration": "day", **more}  # fmt: skip


def publish(books, plan, *items, currency="EUR"):
    books.do("publish_plan", plan=plan, currency=currency, from_="2026-01-01", items=list(items))


def subscribe(books, account, plan, from_, entity="EU", currency="EUR", tax="vat"):
    books.do("open_account", account=account, entity=entity, name=account, currency=currency,
             **({"tax": tax} if tax else {}))  # fmt: skip
    books.do("start_subscription", subscription=f"{account}-1", account=account, plan=plan,
             from_=from_)  # fmt: skip


@pytest.fixture
def eu(books):
    """An entity in euros with VAT of 19 %, and the plans Basic and Pro."""
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    publish(books, "basic", fee("Basic", "99.00"))
    publish(books, "pro", fee("Pro", "249.00"))
    yield books
    assert [(one.projection, one.check) for one in run_checks(books._ledger.db)] == []


def test_a_mid_cycle_upgrade_with_proration(eu):
    """The worked example: 96.78 net on 12 December, and 195.78 of revenue in December."""
    subscribe(eu, "acme", "basic", "2026-12-01")
    eu.do("issue_invoices", through="2026-12-01", on="2026-12-01")
    eu.do("change_subscription", subscription="acme-1", from_="2026-12-12", plan="pro")
    eu.do("issue_invoices", through="2026-12-12", on="2026-12-12")
    assert eu.documents("acme") == [
        ("EU-2026-000001", "99.00", "18.81", "117.81", "117.81"),
        ("EU-2026-000002", "96.78", "18.39", "115.17", "115.17"),
    ]
    assert [line[:2] for line in eu.lines("EU-2026-000002")] == [
        ("Basic", "-63.87"),
        ("Pro", "160.65"),
    ]
    eu.do("recognise_revenue", entity="EU", through="2026-12-31")
    assert eu.journal("EU")[-4:] == [
        ("2026-12-31", "revenue_recognised", "2100", "35.13"),
        ("2026-12-31", "revenue_recognised", "4000", "-35.13"),
        ("2026-12-31", "revenue_recognised", "2100", "160.65"),
        ("2026-12-31", "revenue_recognised", "4000", "-160.65"),
    ]
    assert eu.balances("EU") == {"1100": "232.98", "2200": "-37.20", "4000": "-195.78"}
    assert eu.do("recognise_revenue", entity="EU", through="2026-12-31") == []


def test_a_downgrade_to_a_net_credit(eu):
    """Pro 249.00 paid; Basic from the 12th: 160.65 back, 63.87 due, 96.78 to the balance."""
    subscribe(eu, "acme", "pro", "2026-12-01")
    eu.do("issue_invoices", through="2026-12-01", on="2026-12-01")
    eu.do("capture_payment", payment="p", account="acme", amount="296.31", currency="EUR",
          on="2026-12-02", via="bank")  # fmt: skip
    eu.do("change_subscription", subscription="acme-1", from_="2026-12-12", plan="basic")
    eu.do("issue_invoices", through="2026-12-12", on="2026-12-12")
    assert eu.documents("acme")[1][:4] == ("EU-CN-2026-000001", "96.78", "18.39", "115.17")
    eu.do("recognise_revenue", entity="EU", through="2026-12-31")
    assert eu.balances("EU") == {
        "1000": "296.31",
        "2120": "-115.17",
        "2200": "-28.92",
        "4000": "-152.22",
    }


def test_a_year_in_advance_is_earned_month_by_month(eu):
    """The waterfall of the accounting rules, by one run for each quarter."""
    publish(eu, "annual", fee("Year", "12000.00", "year"))
    subscribe(eu, "acme", "annual", "2026-11-01", tax=None)
    eu.do("issue_invoices", through="2026-11-01", on="2026-11-01")
    for through in ("2026-11-30", "2027-02-28", "2027-05-31", "2027-08-31", "2027-10-31"):
        eu.do("recognise_revenue", entity="EU", through=through)
    earned = [line for line in eu.journal("EU") if line[1:3] == ("revenue_recognised", "2100")]
    assert [(day[:7], amount) for day, _, _, amount in earned] == [
        ("2026-11", "986.30"),
        ("2026-12", "1019.18"),
        ("2027-01", "1019.18"),
        ("2027-02", "920.55"),
        ("2027-03", "1019.17"),
        ("2027-04", "986.30"),
        ("2027-05", "1019.18"),
        ("2027-06", "986.30"),
        ("2027-07", "1019.18"),
        ("2027-08", "1019.18"),
        ("2027-09", "986.30"),
        ("2027-10", "1019.18"),
    ]
    assert eu.balances("EU") == {"1100": "12000.00", "4000": "-12000.00"}


def test_whole_months_are_even_by_the_other_policy(books):
    books.entity("EU", "EUR", policies={"revenue_schedule": "monthly"})
    publish(books, "annual", fee("Year", "1200.00", "year"))
    subscribe(books, "acme", "annual", "2026-11-01", tax=None)
    books.do("issue_invoices", through="2026-11-01", on="2026-11-01")
    books.do("recognise_revenue", entity="EU", through="2027-02-28")
    assert books.balances("EU") == {"1100": "1200.00", "2100": "-800.00", "4000": "-400.00"}


def test_a_bundle_is_earned_by_what_its_parts_cost_alone(eu):
    support = {"item": "support", "standalone": "40"}
    publish(
        eu,
        "suite",
        fee("suite", "93.00", allocate=[{"item": "app", "standalone": "80"}, support]),
        fee("support", "0.00", revenue_account="4030"),
    )
    subscribe(eu, "acme", "suite", "2026-12-01", tax=None)
    eu.do("issue_invoices", through="2026-12-01", on="2026-12-01")
    eu.do("recognise_revenue", entity="EU", through="2026-12-15")
    assert eu.balances("EU") == {
        "1100": "93.00",
        "2100": "-48.00",
        "4000": "-30.00",
        "4030": "-15.00",
    }


def test_a_concession_in_the_middle_of_its_service(eu):
    """Basic 93.00 for December; 10.00 back on the 11th, when 63.00 are left to earn."""
    publish(eu, "flat", fee("Flat", "93.00"))
    subscribe(eu, "acme", "flat", "2026-12-01", tax=None)
    eu.do("issue_invoices", through="2026-12-01", on="2026-12-01")
    eu.do("issue_credit_note", invoice="EU-2026-000001", on="2026-12-11", reason="an outage",
          lines=[{"line": 1, "net": "10.50"}])  # fmt: skip
    eu.do("recognise_revenue", entity="EU", through="2026-12-20")
    # 20 of 31 days of 93.00, less 10 of 21 days of 10.50.
    assert eu.balances("EU") == {"1100": "82.50", "2100": "-27.50", "4000": "-55.00"}
    eu.do("recognise_revenue", entity="EU", through="2026-12-31")
    assert eu.balances("EU") == {"1100": "82.50", "4000": "-82.50"}


def test_an_account_that_was_billed_by_the_wrong_entity(eu):
    """Everything goes back in the first books; the second ones bill the same service."""
    eu.entity("US", "USD")
    subscribe(eu, "acme", "basic", "2026-12-01")
    eu.do("issue_invoices", through="2026-12-01", on="2026-12-01")
    eu.do("issue_credit_note", invoice="EU-2026-000001", on="2026-12-05", lines="all",
          reason="wrong entity")  # fmt: skip
    eu.do("end_subscription", subscription="acme-1", on="2026-12-01", credit_unused=True)
    publish(eu, "us-basic", fee("Basic", "99.00"), currency="USD")
    subscribe(eu, "acme-us", "us-basic", "2026-12-01", entity="US", currency="USD", tax=None)
    eu.do("issue_invoices", through="2026-12-05", on="2026-12-05")
    for entity in ("EU", "US"):
        eu.do("recognise_revenue", entity=entity, through="2026-12-31")
    assert eu.balances("EU") == {}
    assert eu.balances("US") == {"1100": "99.00", "4000": "-99.00"}


def test_a_period_is_not_closed_over_revenue_that_is_earned(eu):
    subscribe(eu, "acme", "basic", "2026-10-01", tax=None)
    eu.do("issue_invoices", through="2026-10-01", on="2026-10-01")
    for period in range(1, 10):
        eu.do("close_period", entity="EU", period=f"2026-{period:02}")
    blocked = eu._ask("close_period", entity="EU", period="2026-10")
    assert (blocked.error.code, "recognise_revenue" in blocked.error.message) == (
        "CLOSE_BLOCKED",
        True,
    )
    eu.do("recognise_revenue", entity="EU", through="2026-10-31")
    eu.do("close_period", entity="EU", period="2026-10")


def test_the_waterfall_ties_to_deferred_revenue(eu):
    publish(eu, "annual", fee("Year", "12000.00", "year"))
    subscribe(eu, "acme", "annual", "2026-11-01", tax=None)
    eu.do("issue_invoices", through="2026-11-01", on="2026-11-01")
    eu.do("recognise_revenue", entity="EU", through="2026-12-31")
    catch_up(eu._ledger.db)
    with eu._ledger.db.transaction(Role.READER) as tx:
        (found,) = waterfalls(tx, date(2027, 1, 5))
    assert (str(found.deferred), str(found.months[-1].left)) == ("9994.52", "0.00")
    assert eu.balances("EU")["2100"] == "-9994.52"
    assert [(each.month, str(each.amount)) for each in found.months[:3]] == [
        ("2027-01", "1019.18"),
        ("2027-02", "920.55"),
        ("2027-03", "1019.17"),
    ]


def test_a_retroactive_price_over_two_invoices(books):
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    for month, day in (("10", "31"), ("11", "30")):
        books.use("acme", f"u-{month}", f"2026-{month}-10", "10000")
        books.do("rate_usage", through=f"2026-{month}-{day}")
        books.do("issue_invoices", through=f"2026-{month}-{day}", on=f"2026-{month}-{day}")
    books.plan("api", "USD", {"type": "per_unit", "unit": "0.008"}, **{"from": "2026-10-01"})
    books.do("rate_usage", through="2026-12-05")
    books.do("issue_invoices", through="2026-11-30", on="2026-12-05")
    assert [row[:2] for row in books.documents("acme")] == [
        ("US-2026-000001", "100.00"),
        ("US-2026-000002", "100.00"),
        ("US-CN-2026-000001", "20.00"),
        ("US-CN-2026-000002", "20.00"),
    ]
    assert books.balances() == {"1100": "160.00", "4010": "-160.00"}


def test_a_volume_tier_crossed_downwards_by_a_correction(books):
    """101 units cost 101.00; corrected to 100 they cost 210.00: fewer units, a further charge."""
    tiers = [{"up_to": "100", "unit": "2", "flat": "10"}, {"up_to": "200", "unit": "1"},
             {"unit": "0.5", "flat": "50"}]  # fmt: skip
    books.entity("US", "USD")
    books.plan("api", "USD", {"type": "volume", "tiers": tiers})
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "u-1", "2026-10-10", "101")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-10-31")
    books.do("correct_usage", source="app", id="u-1", properties={"quantity": "100"},
             reason="counted twice")  # fmt: skip
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-11-05", on="2026-11-05")
    assert [row[:2] for row in books.documents("acme")] == [
        ("US-2026-000001", "101.00"),
        ("US-2026-000002", "109.00"),
    ]
    assert books.balances() == {"1100": "210.00", "4010": "-210.00"}
