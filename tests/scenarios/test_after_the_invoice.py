"""What comes after an invoice: late events, corrections, new prices; and nothing comes twice."""

from datetime import date

import pytest

CENT = {"type": "per_unit", "unit": "0.01"}
TWO = {"type": "per_unit", "unit": "0.02"}
HALF = {"type": "per_unit", "unit": "0.005"}


@pytest.fixture
def billed(books):
    """Books with an invoice of 100.00 net and 10.00 tax for acme's October."""
    books.entity("US", "USD")
    books.do("set_tax_rate", code="vat", rate="10", from_="2026-01-01", category="S")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api", tax="vat")
    books.use("acme", "u-1", "2026-10-10", "10000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    assert books.documents("acme") == [("US-2026-000001", "100.00", "10.00", "110.00", "110.00")]
    return books


def test_a_late_event_is_accrued_and_goes_on_the_next_invoice(billed):
    billed.use("acme", "late", "2026-10-31", "500")
    billed.do("rate_usage", through="2026-11-05")
    assert billed.journal()[-2:] == [
        ("2026-10-31", "usage_rerated", "1150", "5.00"),
        ("2026-10-31", "usage_rerated", "4010", "-5.00"),
    ]
    billed.do("issue_invoices", through="2026-10-31", on="2026-11-06")
    assert billed.documents("acme")[1] == ("US-2026-000002", "5.00", "0.50", "5.50", "5.50")
    assert billed.balances() == {"1100": "115.50", "2200": "-10.50", "4010": "-105.00"}


def test_a_correction_makes_a_credit_note_that_lowers_what_is_open(billed):
    billed.do("correct_usage", source="app", id="u-1", properties={"quantity": "4000"},
              reason="bot")  # fmt: skip
    billed.do("rate_usage", through="2026-11-05")
    assert billed.balances() == {"1100": "110.00", "1150": "-60.00", "2200": "-10.00",
                                 "4010": "-40.00"}  # fmt: skip
    billed.do("issue_invoices", through="2026-10-31", on="2026-11-06")
    assert billed.documents("acme") == [
        ("US-2026-000001", "100.00", "10.00", "110.00", "44.00"),
        ("US-CN-2026-000001", "60.00", "6.00", "66.00", "0.00"),
    ]
    assert billed.journal()[-3:] == [
        ("2026-11-06", "credit_note_rerating", "1150", "60.00"),
        ("2026-11-06", "credit_note_rerating", "2200", "6.00"),
        ("2026-11-06", "credit_note_rerating", "1100", "-66.00"),
    ]
    assert billed.balances() == {"1100": "44.00", "2200": "-4.00", "4010": "-40.00"}


def test_a_void_event_of_a_paid_invoice_becomes_credit(billed):
    billed.do("capture_payment", payment="p-1", account="acme", amount="110", currency="USD",
              on="2026-11-03", via="bank")  # fmt: skip
    billed.do("correct_usage", source="app", id="u-1", void=True, reason="test traffic")
    billed.do("rate_usage", through="2026-11-05")
    billed.do("issue_invoices", through="2026-10-31", on="2026-11-06")
    assert billed.balances() == {"1000": "110.00", "2120": "-110.00"}


def test_a_new_price_from_the_past_is_dated_through(billed):
    """A price is cumulative catch-up: its delta is dated by the rating, not by the service."""
    billed.plan("api", "USD", TWO, **{"from": "2026-01-01"})
    billed.do("rate_usage", through="2026-11-15")
    assert billed.journal()[-2:] == [
        ("2026-11-15", "usage_rerated", "1150", "100.00"),
        ("2026-11-15", "usage_rerated", "4010", "-100.00"),
    ]
    assert billed.balances(as_of=date(2026, 10, 31)) == {"1150": "100.00", "4010": "-100.00"}
    billed.do("issue_invoices", through="2026-10-31", on="2026-11-16")
    assert billed.documents("acme")[1] == ("US-2026-000002", "100.00", "10.00", "110.00", "110.00")
    assert billed.balances() == {"1100": "220.00", "2200": "-20.00", "4010": "-200.00"}


def test_a_lower_price_from_the_past_credits_the_invoice(billed):
    billed.plan("api", "USD", HALF, **{"from": "2026-10-01"})
    billed.do("rate_usage", through="2026-11-15")
    billed.do("issue_invoices", through="2026-10-31", on="2026-11-16")
    assert billed.documents("acme") == [
        ("US-2026-000001", "100.00", "10.00", "110.00", "55.00"),
        ("US-CN-2026-000001", "50.00", "5.00", "55.00", "0.00"),
    ]
    assert billed.balances() == {"1100": "55.00", "2200": "-5.00", "4010": "-50.00"}


def test_a_price_that_starts_in_the_middle_cuts_the_period(billed):
    """Of 10,000 calls on the 10th and 1,000 on the 20th only the latter get the new price."""
    billed.use("acme", "u-2", "2026-10-20", "1000")
    billed.plan("api", "USD", TWO, **{"from": "2026-10-15"})
    billed.do("rate_usage", through="2026-11-15")
    billed.do("issue_invoices", through="2026-10-31", on="2026-11-16")
    assert billed.documents("acme")[1][1:3] == ("20.00", "2.00")
    assert billed.balances() == {"1100": "132.00", "2200": "-12.00", "4010": "-120.00"}


def test_rating_and_billing_again_yields_nothing(billed):
    before = billed.balances()
    for through in ("2026-10-31", "2026-11-15", "2026-10-31"):
        assert billed.do("rate_usage", through=through) == []
        assert billed.do("issue_invoices", through=through, on="2026-11-16") == []
    assert billed.balances() == before


def test_up_and_down_again_ends_where_it_began(billed):
    for model, on in ((TWO, "2026-11-10"), (CENT, "2026-11-11")):
        billed.plan("api", "USD", model, **{"from": "2026-01-01"})
        billed.do("rate_usage", through=on)
        billed.do("issue_invoices", through="2026-10-31", on=on)
    assert billed.balances() == {"1100": "110.00", "2200": "-10.00", "4010": "-100.00"}
    assert [row[0] for row in billed.documents("acme")] == [
        "US-2026-000001", "US-2026-000002", "US-CN-2026-000001",
    ]  # fmt: skip


def test_children_are_billed_to_their_payer(books):
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("group", "US", "USD", "api")
    books.customer("branch", "US", "USD", "api", parent="group")
    books.use("group", "1", "2026-10-10", "100")
    books.use("branch", "2", "2026-10-10", "200")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01", account="branch")
    assert books.documents("group") == [("US-2026-000001", "3.00", "0.00", "3.00", "3.00")]
    assert books.documents("branch") == []


def test_prices_that_include_tax(books):
    """119.00 with 19 % in it: 100.00 accrued, invoiced as 100.00 and 19.00."""
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("gross", "EUR", {"type": "per_unit", "unit": "1.19"}, tax_inclusive=True)
    books.customer("acme", "EU", "EUR", "gross", tax="vat")
    books.use("acme", "1", "2026-10-10", "100")
    books.do("rate_usage", through="2026-10-31")
    assert books.balances("EU") == {"1150": "100.00", "4010": "-100.00"}
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    assert books.documents("acme") == [("EU-2026-000001", "100.00", "19.00", "119.00", "119.00")]
    assert books.balances("EU") == {"1100": "119.00", "2200": "-19.00", "4010": "-100.00"}
