"""What people enter by hand stands beside what the ledger posts, and hledger agrees with both."""

CENT = {"type": "per_unit", "unit": "0.01"}


def test_bank_charges_are_entered_corrected_and_entered_anew(books):
    """100.00 of usage is paid by bank transfer; the bank takes 4.00, entered as 40.00 at first."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "u-1", "2026-10-05", "10000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    books.do("capture_payment", payment="p-1", account="acme", amount="100.00", currency="USD",
             via="bank", on="2026-11-05")  # fmt: skip

    def post(day, amount=None, reverses=None):
        lines = [{"account": "5000", "debit": amount}, {"account": "1000", "credit": amount}]
        books.do("post_journal", entity="US", on=day, reason="charges of November",
                 approved_by="controller",
                 **({"lines": lines} if amount else {"reverses": reverses}))  # fmt: skip

    post("2026-11-06", "40.00")
    post("2026-11-09", reverses="manual/US/1")
    post("2026-11-09", "4.00")
    assert [line for line in books.journal() if line[1] == "manual_journal"] == [
        ("2026-11-06", "manual_journal", "5000", "40.00"),
        ("2026-11-06", "manual_journal", "1000", "-40.00"),
        ("2026-11-09", "manual_journal", "5000", "-40.00"),
        ("2026-11-09", "manual_journal", "1000", "40.00"),
        ("2026-11-09", "manual_journal", "5000", "4.00"),
        ("2026-11-09", "manual_journal", "1000", "-4.00"),
    ]
    assert books.balances() == {"1000": "96.00", "4010": "-100.00", "5000": "4.00"}
