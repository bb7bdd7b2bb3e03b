"""What happens to money after the invoice: the worked examples that end in cash."""

import pytest

CENT = {"type": "per_unit", "unit": "0.01"}
PAY = {"account": "acme", "currency": "USD"}


@pytest.fixture
def owing(books):
    """Return how to owe an amount, by an invoice of a day: usage of the month before, at a cent."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")

    def owe(amount: str, through: str, on: str) -> None:
        quantity = str(int(amount.replace(".", "")))
        books.use("acme", f"u-{on}", f"{through[:8]}05", quantity)
        books.do("rate_usage", through=through)
        books.do("issue_invoices", through=through, on=on)

    return owe


def test_failed_payment_declined_card_then_returned_direct_debit(books, owing):
    """360.00: declined, then debited and paid out, then returned, with fees of 3.60 and 4.00."""
    owing("360.00", "2026-10-31", "2026-11-01")
    books.do("fail_payment", payment="card-1", account="acme", amount="360.00", on="2026-11-03",
             code="card_declined")  # fmt: skip
    books.do("capture_payment", payment="dd-1", amount="360.00", on="2026-11-05", via="psp", **PAY)
    books.do("settle_payout", payout="po-1", entity="US", amount="356.40", fee="3.60",
             currency="USD", on="2026-11-07")  # fmt: skip
    books.do("return_payment", payment="dd-1", on="2026-11-12", code="R01")
    books.do("settle_payout", payout="po-2", entity="US", amount="-364.00", fee="4.00",
             currency="USD", on="2026-11-13")  # fmt: skip
    assert books.journal()[2:] == [
        ("2026-11-01", "invoice_issued", "1100", "360.00"),
        ("2026-11-01", "invoice_issued", "1150", "-360.00"),
        ("2026-11-05", "payment_captured", "1010", "360.00"),
        ("2026-11-05", "payment_captured", "1100", "-360.00"),
        ("2026-11-07", "payout_settled", "1000", "356.40"),
        ("2026-11-07", "payout_settled", "5000", "3.60"),
        ("2026-11-07", "payout_settled", "1010", "-360.00"),
        ("2026-11-12", "payment_returned", "1100", "360.00"),
        ("2026-11-12", "payment_returned", "1010", "-360.00"),
        ("2026-11-13", "payout_settled", "1000", "-364.00"),
        ("2026-11-13", "payout_settled", "5000", "4.00"),
        ("2026-11-13", "payout_settled", "1010", "360.00"),
    ]
    assert books.balances() == {
        "1000": "-7.60", "1100": "360.00", "4010": "-360.00", "5000": "7.60",
    }  # fmt: skip
    assert books.documents("acme") == [("US-2026-000001", "360.00", "0.00", "360.00", "360.00")]


def test_overpayment_unapplied_cash_and_later_application(books, owing):
    """583.10 owed, 600.00 paid: 16.90 stays with us, and pays a part of the next 50.00."""
    owing("583.10", "2026-10-31", "2026-11-01")
    books.do("capture_payment", payment="p-1", amount="600.00", on="2026-11-10", via="bank", **PAY)
    owing("50.00", "2026-11-30", "2026-12-01")
    books.do("apply_balance", account="acme", invoice="US-2026-000002", from_="unapplied_cash",
             on="2026-12-01")  # fmt: skip
    assert [
        line for line in books.journal() if line[1] in ("payment_captured", "cash_applied")
    ] == [
        ("2026-11-10", "payment_captured", "1000", "600.00"),
        ("2026-11-10", "payment_captured", "1100", "-583.10"),
        ("2026-11-10", "payment_captured", "2130", "-16.90"),
        ("2026-12-01", "cash_applied", "2130", "16.90"),
        ("2026-12-01", "cash_applied", "1100", "-16.90"),
    ]
    assert books.balances() == {"1000": "600.00", "1100": "33.10", "4010": "-633.10"}


def test_a_return_takes_back_the_newest_application_first(books, owing):
    owing("100.00", "2026-10-31", "2026-11-01")
    books.do("capture_payment", payment="p-1", amount="160.00", on="2026-11-10", via="bank", **PAY)
    owing("50.00", "2026-11-30", "2026-12-01")
    books.do("apply_balance", account="acme", invoice="US-2026-000002", from_="unapplied_cash",
             on="2026-12-01")  # fmt: skip
    books.do("return_payment", payment="p-1", amount="75.00", on="2026-12-02", code="recall")
    assert [line for line in books.journal() if line[1] == "payment_returned"] == [
        ("2026-12-02", "payment_returned", "2130", "10.00"),
        ("2026-12-02", "payment_returned", "1100", "50.00"),
        ("2026-12-02", "payment_returned", "1100", "15.00"),
        ("2026-12-02", "payment_returned", "1000", "-75.00"),
    ]
    assert [row[4] for row in books.documents("acme")] == ["15.00", "50.00"]
    books.do("return_payment", payment="p-1", on="2026-12-03", code="recall")
    assert [row[4] for row in books.documents("acme")] == ["100.00", "50.00"]
    assert books.balances() == {"1100": "150.00", "4010": "-150.00"}


@pytest.mark.parametrize(("outcome", "rest"), [
    ("won", {"1000": "80.00", "4010": "-100.00", "5010": "20.00"}),
    ("lost", {"1000": "-20.00", "4010": "-100.00", "5010": "120.00"}),
])  # fmt: skip
def test_a_dispute_of_a_card_payment(books, owing, outcome, rest):
    """100.00 by bank: disputed with a fee of 20.00; won, the money is back, lost, it is a loss."""
    owing("100.00", "2026-10-31", "2026-11-01")
    books.do("capture_payment", payment="p-1", amount="100.00", on="2026-11-02", via="bank", **PAY)
    books.do("open_dispute", dispute="d-1", payment="p-1", amount="100.00", fee="20.00",
             on="2026-11-05")  # fmt: skip
    assert books.balances() == {
        "1000": "-20.00", "1110": "100.00", "4010": "-100.00", "5010": "20.00",
    }  # fmt: skip
    books.do("close_dispute", dispute="d-1", outcome=outcome, on="2026-11-20")
    assert books.balances() == rest
    assert books.documents("acme")[0][4] == "0.00"


def test_a_lost_dispute_takes_held_cash_first(books, owing):
    """100.00 owed, 130.00 paid by card, all of it lost: 30.00 was never ours, 100.00 is a loss."""
    owing("100.00", "2026-10-31", "2026-11-01")
    books.do("capture_payment", payment="p-1", amount="130.00", on="2026-11-02", via="psp", **PAY)
    books.do("open_dispute", dispute="d-1", payment="p-1", amount="130.00", fee="0",
             on="2026-11-05")  # fmt: skip
    assert books.balances() == {"1110": "130.00", "2130": "-30.00", "4010": "-100.00"}
    books.do("close_dispute", dispute="d-1", outcome="lost", on="2026-11-20")
    assert books.balances() == {"4010": "-100.00", "5010": "100.00"}


def test_a_lost_dispute_as_a_reversal_of_revenue(books):
    """119.00 with 19.00 tax: under the policy revenue, with relief, both are taken back."""
    books.entity("US", "USD", policies={"chargeback": "revenue", "tax_relief_on_write_off": True})
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api", tax="vat")
    books.use("acme", "u-1", "2026-10-05", "10000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    books.do("capture_payment", payment="p-1", amount="119.00", on="2026-11-02", via="psp", **PAY)
    books.do("open_dispute", dispute="d-1", payment="p-1", amount="59.50", fee="15.00",
             on="2026-11-05")  # fmt: skip
    books.do("close_dispute", dispute="d-1", outcome="lost", on="2026-11-20")
    assert books.journal()[-3:] == [
        ("2026-11-20", "dispute_lost_revenue", "1110", "-59.50"),
        ("2026-11-20", "dispute_lost_revenue", "4010", "50.00"),
        ("2026-11-20", "dispute_lost_revenue", "2200", "9.50"),
    ]
    assert books.balances() == {"1010": "44.50", "2200": "-9.50", "4010": "-50.00", "5010": "15.00"}


def test_a_credit_balance_is_refunded_or_applied(books, owing):
    """100.00 paid, then re-rated to 40.00: 60.00 is ours to give; 25.00 back, 35.00 applied."""
    owing("100.00", "2026-10-31", "2026-11-01")
    books.do("capture_payment", payment="p-1", amount="100.00", on="2026-11-02", via="bank", **PAY)
    books.do("correct_usage", source="app", id="u-2026-11-01", properties={"quantity": "4000"},
             reason="meter fault")  # fmt: skip
    books.do("rate_usage", through="2026-11-02")
    books.do("issue_invoices", through="2026-11-02", on="2026-11-03")
    assert books.balances() == {"1000": "100.00", "2120": "-60.00", "4010": "-40.00"}
    books.do("refund", refund="r-1", account="acme", amount="25.00", on="2026-11-05", via="bank")
    owing("50.00", "2026-11-30", "2026-12-01")
    books.do("apply_balance", account="acme", invoice="US-2026-000002", from_="credit_balance",
             on="2026-12-01")  # fmt: skip
    assert books.journal()[-2:] == [
        ("2026-12-01", "credit_applied", "2120", "35.00"),
        ("2026-12-01", "credit_applied", "1100", "-35.00"),
    ]
    assert books.balances() == {"1000": "75.00", "1100": "15.00", "4010": "-90.00"}


def test_unapplied_cash_is_refunded_through_the_psp(books, owing):
    owing("10.00", "2026-10-31", "2026-11-01")
    books.do("capture_payment", payment="p-1", amount="30.00", on="2026-11-02", via="psp", **PAY)
    books.do("refund", refund="r-1", account="acme", amount="20.00", on="2026-11-05", via="psp",
             from_="unapplied_cash")  # fmt: skip
    assert books.journal()[-2:] == [
        ("2026-11-05", "refund_paid", "2130", "20.00"),
        ("2026-11-05", "refund_paid", "1010", "-20.00"),
    ]
    assert books.balances() == {"1010": "10.00", "4010": "-10.00"}


@pytest.fixture
def taxed(books):
    """Return how to owe 119.00 with 19.00 tax, with or without relief for tax that is lost."""

    def owe(relief: bool) -> None:
        policies = {"tax_relief_on_write_off": relief}
        books.entity("US", "USD", policies=policies)
        books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
        books.plan("api", "USD", CENT)
        books.customer("acme", "US", "USD", "api", tax="vat")
        books.use("acme", "u-1", "2026-10-05", "10000")
        books.do("rate_usage", through="2026-10-31")
        books.do("issue_invoices", through="2026-10-31", on="2026-11-01")

    return owe


def test_a_write_off_with_tax_relief_beyond_the_allowance(books, taxed):
    """119.00 lost: 19.00 comes from the tax office, 60.00 was set aside, 40.00 is expense."""
    taxed(relief=True)
    books.do("adjust_allowance", entity="US", amount="60.00", on="2026-11-30")
    books.do("write_off", invoice="US-2026-000001", on="2026-12-15")
    assert books.journal()[-6:] == [
        ("2026-11-30", "allowance_adjusted", "5100", "60.00"),
        ("2026-11-30", "allowance_adjusted", "1120", "-60.00"),
        ("2026-12-15", "receivable_written_off", "1100", "-119.00"),
        ("2026-12-15", "receivable_written_off", "1120", "60.00"),
        ("2026-12-15", "receivable_written_off", "5100", "40.00"),
        ("2026-12-15", "receivable_written_off", "2200", "19.00"),
    ]
    assert books.balances() == {"4010": "-100.00", "5100": "100.00"}


def test_a_write_off_without_relief_loses_the_tax_too(books, taxed):
    taxed(relief=False)
    books.do("write_off", invoice="US-2026-000001", on="2026-12-15")
    assert books.balances() == {"2200": "-19.00", "4010": "-100.00", "5100": "119.00"}


def test_a_recovery_reinstates_and_the_cash_is_a_payment(books, taxed):
    """Half of the 119.00 comes after all: 59.50 owed again, 9.50 of it tax, then paid."""
    taxed(relief=True)
    books.do("adjust_allowance", entity="US", account="acme", amount="100.00", on="2026-11-30")
    books.do("write_off", invoice="US-2026-000001", on="2026-12-15")
    books.do("recover_write_off", invoice="US-2026-000001", amount="59.50", on="2026-12-20")
    assert books.journal()[-3:] == [
        ("2026-12-20", "write_off_recovered", "1100", "59.50"),
        ("2026-12-20", "write_off_recovered", "1120", "-50.00"),
        ("2026-12-20", "write_off_recovered", "2200", "-9.50"),
    ]
    books.do("capture_payment", payment="p-1", amount="59.50", on="2026-12-20", via="bank", **PAY)
    assert books.balances() == {
        "1000": "59.50", "1120": "-50.00", "2200": "-9.50", "4010": "-100.00", "5100": "100.00",
    }  # fmt: skip
