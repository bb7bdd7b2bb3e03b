"""Balances in another currency at month end: revalued, taken back, and realised on payment."""

from datetime import date

import pytest

from ledger.projector.checks import run_checks

MONTHLY = {"item": "app", "kind": "recurring", "amount": "1000.00", "interval": "month",
           "timing": "in_advance", "proration": "day"}  # fmt: skip
CENT = {"type": "per_unit", "unit": "0.01"}


def rate(books, on, value, base="EUR", quote="USD"):
    books.do("set_exchange_rate", base=base, quote=quote, rate=value, on=on, source="ECB")


def pay(books, payment, amount, on, currency="EUR", **more):
    books.do("capture_payment", payment=payment, account="acme", amount=amount, currency=currency,
             on=on, via="bank", **more)  # fmt: skip


def revalued(books, entity="US"):
    """The lines of revaluations and their reversals: day, account, amount."""
    rules = ("receivable_revalued", "revaluation_reversed")
    return [(day, account, amount) for day, rule, account, amount in books.journal(entity)
            if rule in rules]  # fmt: skip


@pytest.fixture
def euros(books):
    """American books, and acme in euros: 1,000.00 EUR invoiced on 1 October at 1.10."""
    books.entity("US", "USD")
    rate(books, "2026-10-01", "1.10")
    books.do("publish_plan", plan="app", currency="EUR", from_="2026-01-01", items=[MONTHLY])
    books.customer("acme", "US", "EUR", "app")
    books.do("issue_invoices", through="2026-10-01", on="2026-10-01")
    yield books
    assert [(one.projection, one.check, one.row) for one in run_checks(books._ledger.db)] == []


def test_a_receivable_is_revalued_taken_back_and_paid(euros):
    """1,000.00 EUR at 1.10, 1.15 at the end of October, paid at 1.12: 20.00 USD are realised."""
    rate(euros, "2026-10-31", "1.15")
    facts = euros.do("revalue", entity="US", on="2026-10-31")
    assert facts == ["receivable.revalued", "journal.posted", "journal.posted"]
    assert revalued(euros) == [
        ("2026-10-31", "1100", "50.00"),
        ("2026-10-31", "7010", "-50.00"),
        ("2026-11-01", "1100", "-50.00"),
        ("2026-11-01", "7010", "50.00"),
    ]
    assert euros.balances(as_of=date(2026, 10, 31)) == {
        "1100": "1150.00", "2100": "-1100.00", "7010": "-50.00",
    }  # fmt: skip
    assert euros.balances(as_of=date(2026, 11, 1)) == {"1100": "1100.00", "2100": "-1100.00"}
    rate(euros, "2026-11-10", "1.12")
    pay(euros, "p-1", "1000.00", "2026-11-10")
    assert euros.balances() == {"1000": "1120.00", "2100": "-1100.00", "7000": "-20.00"}


def test_what_is_at_the_rate_of_the_day_needs_no_entry(euros):
    assert euros.do("revalue", entity="US", on="2026-10-31") == []
    rate(euros, "2026-10-31", "1.15")
    euros.do("revalue", entity="US", on="2026-10-31")
    assert euros.do("revalue", entity="US", on="2026-10-31") == []
    assert len(revalued(euros)) == 4


def test_a_payment_dated_before_makes_a_second_run_post_the_difference(euros):
    """400.00 EUR turn out to be paid in October: 600.00 EUR carried at 660.00 close at 690.00."""
    rate(euros, "2026-10-31", "1.15")
    euros.do("revalue", entity="US", on="2026-10-31")
    pay(euros, "p-1", "400.00", "2026-10-31")
    euros.do("revalue", entity="US", on="2026-10-31")
    assert revalued(euros)[4:] == [
        ("2026-10-31", "1100", "-20.00"),
        ("2026-10-31", "7010", "20.00"),
        ("2026-11-01", "1100", "20.00"),
        ("2026-11-01", "7010", "-20.00"),
    ]
    assert euros.balances(as_of=date(2026, 10, 31))["1100"] == "690.00"
    pay(euros, "p-2", "600.00", "2026-11-05")
    assert "1100" not in euros.balances()
    # 400.00 and 600.00 EUR came in at 1.15 and relieved 1.10: that alone is realised.
    assert euros.balances()["7000"] == "-50.00"


def test_a_rate_that_is_set_anew_makes_a_second_run_post_the_difference(euros):
    rate(euros, "2026-10-31", "1.15")
    euros.do("revalue", entity="US", on="2026-10-31")
    rate(euros, "2026-10-31", "1.05")
    euros.do("revalue", entity="US", on="2026-10-31")
    assert revalued(euros)[4:6] == [
        ("2026-10-31", "1100", "-100.00"), ("2026-10-31", "7010", "100.00"),
    ]  # fmt: skip
    assert euros.balances(as_of=date(2026, 10, 31))["7010"] == "50.00"


def test_the_next_month_starts_from_what_is_carried(euros):
    """At 1.15 and then 1.08: November shows 1,080.00 against the same 1,100.00."""
    for on, value in (("2026-10-31", "1.15"), ("2026-11-30", "1.08")):
        rate(euros, on, value)
        euros.do("revalue", entity="US", on=on)
    assert euros.balances(as_of=date(2026, 11, 30)) == {
        "1100": "1080.00", "2100": "-1100.00", "7010": "20.00",
    }  # fmt: skip
    assert euros.balances() == {"1100": "1100.00", "2100": "-1100.00"}


def test_liabilities_turn_and_contract_liabilities_stand_still(euros):
    """200.00 EUR too much are owed back: at 1.15 that is 10.00 USD more. 2100 is no money."""
    pay(euros, "p-1", "1200.00", "2026-10-05")
    rate(euros, "2026-10-31", "1.15")
    euros.do("revalue", entity="US", on="2026-10-31")
    assert revalued(euros)[:2] == [
        ("2026-10-31", "2130", "-10.00"), ("2026-10-31", "7010", "10.00"),
    ]  # fmt: skip
    pay(euros, "p-2", "0.01", "2026-11-03", apply=[])
    euros.do("refund", refund="r-1", account="acme", amount="200.01", via="bank",
             from_="unapplied_cash", on="2026-11-03")  # fmt: skip
    assert "2130" not in euros.balances()


@pytest.mark.parametrize(
    ("policies", "tax"), [({}, [("2200", "-9.50")]), ({"revalue_tax_payable": False}, [])]
)
def test_tax_is_owed_in_the_currency_in_which_it_was_charged_or_not(books, policies, tax):
    """100.00 USD and 19 % in euros: 1100, 1150 and 2200 move; unbilled is 50.00 USD."""
    books.entity("EU", "EUR", policies=policies)
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("api", "USD", CENT)
    rate(books, "2026-10-01", "0.50", "USD", "EUR")
    books.customer("acme", "EU", "USD", "api", tax="vat")
    books.use("acme", "u-1", "2026-10-10", "10000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-02")
    books.use("acme", "u-2", "2026-11-10", "5000")
    books.do("rate_usage", through="2026-11-30")
    rate(books, "2026-11-30", "1.00", "USD", "EUR")
    books.do("revalue", entity="EU", on="2026-11-30")
    found = [line[1:] for line in revalued(books, "EU") if line[0] == "2026-11-30"]
    assert [line for line in found if line[0] != "7010"] == [
        ("1100", "59.50"), ("1150", "25.00"), *tax,
    ]  # fmt: skip
    gained = sum(float(amount) for account, amount in found if account == "7010")
    assert gained == (-75.0 if tax else -84.5)


@pytest.mark.parametrize(
    ("currency", "rates", "closing", "gain"),
    [
        ("JPY", ("150", "152.375"), "152375", "-2375"),
        ("KWD", ("0.3075", "0.31"), "310.000", "-2.500"),
        ("JPY", ("150", "149.9994"), "149999", "1"),
    ],
)
def test_currencies_without_and_with_three_decimals(books, currency, rates, closing, gain):
    """1,000.00 USD in yen and in dinars."""
    books.entity("XX", currency)
    books.do("publish_plan", plan="app", currency="USD", from_="2026-01-01", items=[MONTHLY])
    for on, value in zip(("2026-10-01", "2026-10-31"), rates, strict=True):
        rate(books, on, value, "USD", currency)
    books.customer("acme", "XX", "USD", "app")
    books.do("issue_invoices", through="2026-10-01", on="2026-10-01")
    books.do("revalue", entity="XX", on="2026-10-31")
    held = books.balances("XX", as_of=date(2026, 10, 31))
    assert (held["1100"], held["7010"]) == (closing, gain)


def test_each_invoice_is_a_position_of_its_own_and_rounds_alone(euros):
    """A partial payment before month end: 333.33 EUR of October left, all of November's open."""
    pay(euros, "p-1", "666.67", "2026-10-20")
    rate(euros, "2026-11-01", "1.11111")
    euros.do("issue_invoices", through="2026-11-01", on="2026-11-01")
    rate(euros, "2026-11-30", "1.12345")
    euros.do("revalue", entity="US", on="2026-11-30")
    # 333.33 EUR are carried at 1,100.00 - 733.34 = 366.66 and close at 374.48 (374.479…).
    # 1,000.00 EUR are carried at 1,111.11 and close at 1,123.45.
    assert revalued(euros)[:3] == [
        ("2026-11-30", "1100", "7.82"),
        ("2026-11-30", "1100", "12.34"),
        ("2026-11-30", "7010", "-20.16"),
    ]


def test_an_entity_that_owes_and_is_owed_its_own_currency_has_nothing_to_revalue(books):
    books.entity("US", "USD")
    books.do("publish_plan", plan="app", currency="USD", from_="2026-01-01", items=[MONTHLY])
    books.customer("acme", "US", "USD", "app")
    books.do("issue_invoices", through="2026-10-01", on="2026-10-01")
    assert books.do("revalue", entity="US", on="2026-10-31") == []


def test_a_write_off_takes_its_tax_back_in_the_currency_in_which_it_was_charged(books):
    """Two invoices of 119.00 USD, 19.00 of it tax: one is written off, one lost to a dispute."""
    books.entity("EU", "EUR", policies={"tax_relief_on_write_off": True, "chargeback": "revenue"})
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("api", "USD", CENT)
    rate(books, "2026-10-01", "0.50", "USD", "EUR")
    for number, account in enumerate(("acme", "beta")):
        books.customer(account, "EU", "USD", "api", tax="vat")
        books.use(account, f"u-{number}", "2026-10-10", "10000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-02")
    books.do("write_off", invoice="EU-2026-000001", on="2026-11-03")
    books.do("capture_payment", payment="p", account="beta", amount="119.00", currency="USD",
             on="2026-11-03", via="bank")  # fmt: skip
    books.do("open_dispute", dispute="d", payment="p", amount="119.00", fee="0", on="2026-11-03")
    books.do("close_dispute", dispute="d", outcome="lost", on="2026-11-04")
    rate(books, "2026-11-30", "0.80", "USD", "EUR")
    assert books.do("revalue", entity="EU", on="2026-11-30") == []


def test_what_one_entity_owes_another_is_revalued_where_it_is_foreign(books):
    """US owes EU 1,000.00 EUR: 50.00 USD more at 1.15. In the books of EU they are its own."""
    books.entity("US", "USD")
    books.entity("EU", "EUR")
    rate(books, "2026-10-01", "1.10")
    books.do("charge_intercompany", reference="ic-1", payer="US", payee="EU", amount="1000.00",
             currency="EUR", on="2026-10-10")  # fmt: skip
    rate(books, "2026-10-31", "1.15")
    assert books.do("revalue", entity="EU", on="2026-10-31") == []
    books.do("revalue", entity="US", on="2026-10-31")
    assert revalued(books)[:2] == [
        ("2026-10-31", "2300", "-50.00"), ("2026-10-31", "7010", "50.00"),
    ]  # fmt: skip
    rate(books, "2026-11-10", "1.12")
    books.do("settle_intercompany", reference="ic-1", payer="US", payee="EU", amount="1000.00",
             currency="EUR", on="2026-11-10")  # fmt: skip
    assert books.balances() == {"1000": "-1120.00", "5200": "1100.00", "7000": "20.00"}
