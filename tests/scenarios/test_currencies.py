"""Customers who are billed in another currency than the books: rates, gains and losses."""

import pytest

from ledger.projector.checks import run_checks

CENT = {"type": "per_unit", "unit": "0.01"}


def rate(books, on, value, base="USD", quote="EUR"):
    books.do("set_exchange_rate", base=base, quote=quote, rate=value, on=on, source="ECB")


@pytest.fixture
def foreign(books):
    """Books in euros, and a customer in dollars on usage at a cent."""
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="10", from_="2026-01-01", category="S")
    books.plan("api", "USD", CENT)
    rate(books, "2026-10-01", "0.90")
    books.customer("acme", "EU", "USD", "api", tax="vat")
    yield books
    assert [(one.projection, one.check, one.row) for one in run_checks(books._ledger.db)] == []


def bill(books):
    """100.00 USD of October at 0.90, billed on 2 November at 0.92."""
    books.use("acme", "u-1", "2026-10-10", "10000")
    books.do("rate_usage", through="2026-10-31")
    rate(books, "2026-11-01", "0.92")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-02")


def test_accruals_invoices_and_payments_each_at_the_rate_of_their_day(foreign):
    bill(foreign)
    assert foreign.documents("acme") == [("EU-2026-000001", "100.00", "10.00", "110.00", "110.00")]
    assert foreign.journal("EU") == [
        ("2026-10-31", "usage_accrued", "1150", "90.00"),
        ("2026-10-31", "usage_accrued", "4010", "-90.00"),
        ("2026-11-02", "invoice_issued", "1100", "101.20"),
        ("2026-11-02", "invoice_issued", "1150", "-90.00"),
        ("2026-11-02", "invoice_issued", "7000", "-2.00"),
        ("2026-11-02", "invoice_issued", "2200", "-9.20"),
    ]
    rate(foreign, "2026-11-10", "0.95")
    foreign.do("capture_payment", payment="p-1", account="acme", amount="33.33", currency="USD",
               on="2026-11-10", via="bank")  # fmt: skip
    assert foreign.journal("EU")[-3:] == [
        ("2026-11-10", "payment_captured", "1000", "31.66"),
        ("2026-11-10", "payment_captured", "1100", "-30.66"),
        ("2026-11-10", "payment_captured", "7000", "-1.00"),
    ]
    rate(foreign, "2026-11-20", "0.88")
    foreign.do("capture_payment", payment="p-2", account="acme", amount="100.00", currency="USD",
               on="2026-11-20", via="bank")  # fmt: skip
    # The rest of 76.67 relieves what is left of 101.20; 23.33 stay unapplied, at 0.88.
    assert foreign.journal("EU")[-4:] == [
        ("2026-11-20", "payment_captured", "1000", "88.00"),
        ("2026-11-20", "payment_captured", "1100", "-70.54"),
        ("2026-11-20", "payment_captured", "2130", "-20.53"),
        ("2026-11-20", "payment_captured", "7000", "3.07"),
    ]
    assert foreign.balances("EU") == {
        "1000": "119.66",
        "2130": "-20.53",
        "2200": "-9.20",
        "4010": "-90.00",
        "7000": "0.07",
    }


def test_a_credit_note_goes_at_the_rate_of_its_invoice(foreign):
    """Re-rated to 40.00 when a dollar is 0.50 EUR: the invoice was booked at 0.92."""
    bill(foreign)
    rate(foreign, "2026-11-05", "0.50")
    foreign.do("correct_usage", source="app", id="u-1", properties={"quantity": "4000"},
               reason="bot")  # fmt: skip
    foreign.do("rate_usage", through="2026-11-05")
    foreign.do("issue_invoices", through="2026-11-05", on="2026-11-06")
    assert foreign.documents("acme")[1][:4] == ("EU-CN-2026-000001", "60.00", "6.00", "66.00")
    note = [line for line in foreign.journal("EU") if line[1] == "credit_note_rerating"]
    assert [line[2:] for line in note] == [
        ("1150", "54.00"),
        ("7000", "1.20"),
        ("2200", "5.52"),
        ("1100", "-60.72"),
    ]
    assert foreign.balances("EU")["1100"] == "40.48"
    assert "1150" not in foreign.balances("EU")


def test_a_concession_of_everything_leaves_no_receivable(foreign):
    bill(foreign)
    rate(foreign, "2026-11-05", "0.50")
    for lines in ([{"line": 1, "net": "33.33"}], "all"):
        foreign.do("issue_credit_note", invoice="EU-2026-000001", lines=lines, on="2026-11-06",
                   reason="an outage")  # fmt: skip
    assert foreign.balances("EU") == {"4010": "2.00", "7000": "-2.00"}


def test_without_a_rate_nothing_is_booked(books, ledger):
    books.entity("EU", "EUR")
    books.plan("api", "USD", CENT)
    books.customer("acme", "EU", "USD", "api")
    books.use("acme", "u-1", "2026-10-10", "10000")
    rate(books, "2026-11-01", "0.90")
    head = ledger.books.head()
    answer = books._ask("rate_usage", through="2026-10-31")
    assert answer.error.code == "NO_EXCHANGE_RATE"
    assert ledger.books.head() == head


@pytest.mark.parametrize(
    ("currency", "rates", "ends"),
    [
        ("JPY", ("150", "152", "149"), {"1000": "14900", "4000": "-15200", "7000": "300"}),
        ("KWD", ("0.3075", "0.31", "0.32"), {"1000": "32.000", "4000": "-31.000",
                                             "7000": "-1.000"}),
    ],
)  # fmt: skip
def test_deferred_revenue_stays_at_the_rate_of_its_invoice(books, currency, rates, ends):
    """100.00 USD in advance; 2100 is not money, so no later rate moves it."""
    books.entity("XX", currency)
    item = {"item": "app", "kind": "recurring", "amount": "100.00", "interval": "month",
            "timing": "in_advance", "proration": "day"}  # fmt: skip
    books.do("publish_plan", plan="app", currency="USD", from_="2026-01-01", items=[item])
    for day, value in zip(("2026-10-01", "2026-12-01", "2026-12-20"), rates, strict=True):
        rate(books, day, value, quote=currency)
    books.do("open_account", account="acme", entity="XX", name="acme", currency="USD")
    books.do("start_subscription", subscription="s", account="acme", plan="app",
             from_="2026-12-01")  # fmt: skip
    books.do("issue_invoices", through="2026-12-01", on="2026-12-01")
    books.do("recognise_revenue", entity="XX", through="2026-12-31")
    books.do("capture_payment", payment="p", account="acme", amount="100.00", currency="USD",
             on="2026-12-20", via="bank")  # fmt: skip
    assert books.balances("XX") == ends
    assert list(run_checks(books._ledger.db)) == []


def test_a_return_reopens_at_what_the_payment_relieved(foreign):
    """110.00 USD paid at 0.95 and returned at 0.88: 101.20 EUR are owed again, 104.50 had come."""
    bill(foreign)
    rate(foreign, "2026-11-10", "0.95")
    foreign.do("capture_payment", payment="p-1", account="acme", amount="130.00", currency="USD",
               on="2026-11-10", via="bank")  # fmt: skip
    rate(foreign, "2026-11-20", "0.88")
    foreign.do("return_payment", payment="p-1", on="2026-11-20", code="R01")
    assert foreign.journal("EU")[-4:] == [
        ("2026-11-20", "payment_returned", "2130", "19.00"),
        ("2026-11-20", "payment_returned", "1100", "101.20"),
        ("2026-11-20", "payment_returned", "1000", "-114.40"),
        ("2026-11-20", "payment_returned", "7000", "-5.80"),
    ]
    assert foreign.documents("acme")[0][4] == "110.00"


def test_unapplied_dollars_are_refunded_and_applied_at_what_they_carry(foreign):
    bill(foreign)
    rate(foreign, "2026-11-10", "0.95")
    foreign.do("capture_payment", payment="p-1", account="acme", amount="50.00", currency="USD",
               on="2026-11-10", via="bank", apply=[])  # fmt: skip
    rate(foreign, "2026-11-20", "0.88")
    foreign.do("refund", refund="r-1", account="acme", amount="20.00", via="bank",
               from_="unapplied_cash", on="2026-11-20")  # fmt: skip
    foreign.do("apply_balance", account="acme", invoice="EU-2026-000001", from_="unapplied_cash",
               on="2026-11-20")  # fmt: skip
    assert foreign.journal("EU")[-6:] == [
        ("2026-11-20", "refund_paid", "2130", "19.00"),
        ("2026-11-20", "refund_paid", "1000", "-17.60"),
        ("2026-11-20", "refund_paid", "7000", "-1.40"),
        ("2026-11-20", "cash_applied", "2130", "28.50"),
        ("2026-11-20", "cash_applied", "1100", "-27.60"),
        ("2026-11-20", "cash_applied", "7000", "-0.90"),
    ]


def test_a_dispute_is_worth_what_the_bank_took(foreign):
    bill(foreign)
    foreign.do("capture_payment", payment="p-1", account="acme", amount="110.00", currency="USD",
               on="2026-11-10", via="bank")  # fmt: skip
    rate(foreign, "2026-11-11", "0.80")
    foreign.do("open_dispute", dispute="d-1", payment="p-1", amount="110.00", fee="10.00",
               on="2026-11-11")  # fmt: skip
    assert foreign.journal("EU")[-3:] == [
        ("2026-11-11", "dispute_opened", "1110", "88.00"),
        ("2026-11-11", "dispute_opened", "5010", "8.00"),
        ("2026-11-11", "dispute_opened", "1000", "-96.00"),
    ]
    rate(foreign, "2026-11-20", "0.90")
    foreign.do("close_dispute", dispute="d-1", outcome="won", on="2026-11-20")
    assert foreign.journal("EU")[-3:] == [
        ("2026-11-20", "dispute_won", "1110", "-88.00"),
        ("2026-11-20", "dispute_won", "1000", "99.00"),
        ("2026-11-20", "dispute_won", "7000", "-11.00"),
    ]


def test_a_write_off_is_borne_in_the_currency_of_the_books(foreign):
    """110.00 USD at 101.20 EUR: 60.00 EUR set aside, the rest expense; half comes back."""
    bill(foreign)
    foreign.do("adjust_allowance", entity="EU", amount="60.00", on="2026-11-10")
    rate(foreign, "2026-11-20", "0.50")
    foreign.do("write_off", invoice="EU-2026-000001", on="2026-11-20")
    foreign.do("recover_write_off", invoice="EU-2026-000001", amount="55.00", on="2026-11-21")
    assert foreign.journal("EU")[-5:] == [
        ("2026-11-20", "receivable_written_off", "1100", "-101.20"),
        ("2026-11-20", "receivable_written_off", "1120", "60.00"),
        ("2026-11-20", "receivable_written_off", "5100", "41.20"),
        ("2026-11-21", "write_off_recovered", "1100", "50.60"),
        ("2026-11-21", "write_off_recovered", "1120", "-50.60"),
    ]


def test_a_credit_note_leaves_no_minor_unit_on_a_balance_that_it_adds_nothing_to(books):
    """2.000 KWD and 0.200 tax at 486.30 are 973 + 97 JPY; half of it is 487 + 49, and 535 of 1,070.

    The unit that these were rounded apart is no credit of the customer.
    """
    books.entity("JP", "JPY")
    books.do("set_tax_rate", code="vat", rate="10", from_="2026-01-01", category="S")
    books.plan("api", "KWD", {"type": "per_unit", "unit": "1"})
    rate(books, "2026-10-01", "486.30", base="KWD", quote="JPY")
    books.customer("acme", "JP", "KWD", "api", tax="vat")
    books.use("acme", "u-1", "2026-10-10", "2")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-02")
    for number in (1, 2):
        books.do("issue_credit_note", invoice="JP-2026-000001", lines=[{"line": 1, "net": "1.000"}],
                 on="2026-11-06", reason="an outage")  # fmt: skip
        assert "2120" not in books.balances("JP"), number
    assert books.journal("JP")[-8:-4] == [
        ("2026-11-06", "credit_note_concession", "4010", "487"),
        ("2026-11-06", "credit_note_concession", "2200", "49"),
        ("2026-11-06", "credit_note_concession", "1100", "-535"),
        ("2026-11-06", "credit_note_concession", "7000", "-1"),
    ]
    assert books.balances("JP") == {}
