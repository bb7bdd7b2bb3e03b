"""What was written off is re-rated downwards: the loss falls, and nothing becomes a balance."""

import pytest

CENT = {"type": "per_unit", "unit": "0.01"}
INVOICE = "US-2026-000001"


@pytest.fixture
def owing(books):
    """Return how to owe 119.00 with 19.00 tax on 1 November, with or without relief of lost tax."""

    def owe(relief: bool = True, *accounts: str) -> None:
        books.entity("US", "USD", policies={"tax_relief_on_write_off": relief})
        books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
        books.plan("api", "USD", CENT)
        for account in accounts or ("acme",):
            books.customer(account, "US", "USD", "api", tax="vat")
            books.use(account, f"of-{account}", "2026-10-05", "10000")
        books.do("rate_usage", through="2026-10-31")
        books.do("issue_invoices", through="2026-10-31", on="2026-11-01")

    return owe


def rerate(books, quantity: str, *accounts: str, on: str = "2026-12-20") -> list[str]:
    """Correct what was used in October, rate it again, and return what billing it appends."""
    for account in accounts or ("acme",):
        books.do("correct_usage", source="app", id=f"of-{account}", reason="counted twice",
                 properties={"quantity": quantity})  # fmt: skip
    books.do("rate_usage", through="2026-10-31")
    return books.do("issue_invoices", through="2026-10-31", on=on)


def test_the_expense_of_a_loss_falls_by_what_was_never_owed(books, owing):
    """Of 119.00 lost (19.00 tax, 60.00 set aside, 40.00 expense) 11.90 were never due."""
    owing()
    books.do("adjust_allowance", entity="US", amount="60.00", on="2026-11-30")
    books.do("write_off", invoice=INVOICE, on="2026-12-15")
    facts = rerate(books, "9000")
    assert facts == ["numbers.drawn", "write_off.reversed", "receivables.posted",
                     "journal.posted", "credit_note.issued", "journal.posted"]  # fmt: skip
    assert books.journal()[-6:] == [
        ("2026-12-20", "write_off_reversed", "1100", "11.90"),
        ("2026-12-20", "write_off_reversed", "5100", "-10.00"),
        ("2026-12-20", "write_off_reversed", "2200", "-1.90"),
        ("2026-12-20", "credit_note_rerating", "1150", "10.00"),
        ("2026-12-20", "credit_note_rerating", "2200", "1.90"),
        ("2026-12-20", "credit_note_rerating", "1100", "-11.90"),
    ]
    assert books.balances() == {"4010": "-90.00", "5100": "90.00"}


def test_beyond_the_expense_the_allowance_is_set_aside_again(books, owing):
    """71.40 were never due: 11.40 tax, 40.00 no expense, 20.00 back in the general allowance."""
    owing()
    books.do("adjust_allowance", entity="US", amount="60.00", on="2026-11-30")
    books.do("write_off", invoice=INVOICE, on="2026-12-15")
    assert "allowance.adjusted" in rerate(books, "4000")
    assert books.journal()[-7:-3] == [
        ("2026-12-20", "write_off_reversed", "1100", "71.40"),
        ("2026-12-20", "write_off_reversed", "1120", "-20.00"),
        ("2026-12-20", "write_off_reversed", "5100", "-40.00"),
        ("2026-12-20", "write_off_reversed", "2200", "-11.40"),
    ]
    assert books.balances() == {"1120": "-20.00", "4010": "-40.00", "5100": "60.00"}


def test_without_relief_the_tax_that_was_lost_was_never_owed_either(books, owing):
    owing(False)
    books.do("write_off", invoice=INVOICE, on="2026-12-15")
    rerate(books, "9000")
    assert books.journal()[-5:] == [
        ("2026-12-20", "write_off_reversed", "1100", "11.90"),
        ("2026-12-20", "write_off_reversed", "5100", "-11.90"),
        ("2026-12-20", "credit_note_rerating", "1150", "10.00"),
        ("2026-12-20", "credit_note_rerating", "2200", "1.90"),
        ("2026-12-20", "credit_note_rerating", "1100", "-11.90"),
    ]
    assert books.balances() == {"2200": "-17.10", "4010": "-90.00", "5100": "107.10"}


@pytest.mark.parametrize(
    ("quantity", "ends"),
    [
        # 59.50 are left of the invoice, 50.00 are paid, 9.50 lost: 1.52 tax and 7.98 expense.
        ("5000", {"1000": "50.00", "2200": "-7.98", "4010": "-50.00", "5100": "7.98"}),
        # Nothing is left: nothing is lost, and what was paid is the customer's.
        ("0", {"1000": "50.00", "2120": "-50.00"}),
    ],
)
def test_of_an_invoice_partly_paid_the_loss_goes_first(books, owing, quantity, ends):
    """50.00 paid and 69.00 lost, 11.02 of it tax: only what was paid can become a balance."""
    owing()
    books.do("capture_payment", payment="p-1", account="acme", amount="50.00", currency="USD",
             via="bank", on="2026-11-20")  # fmt: skip
    books.do("write_off", invoice=INVOICE, on="2026-12-15")
    rerate(books, quantity)
    assert books.balances() == ends


def test_what_is_open_goes_before_what_is_lost(books, owing):
    """All lost, 59.50 owed again; 71.40 were never due: what is open, and 11.90 of the loss."""
    owing()
    books.do("write_off", invoice=INVOICE, on="2026-12-15")
    books.do("recover_write_off", invoice=INVOICE, amount="59.50", on="2026-12-16")
    rerate(books, "4000")
    assert books.journal()[-6:-3] == [
        ("2026-12-20", "write_off_reversed", "1100", "11.90"),
        ("2026-12-20", "write_off_reversed", "5100", "-10.00"),
        ("2026-12-20", "write_off_reversed", "2200", "-1.90"),
    ]
    assert books.balances() == {"1120": "-50.00", "4010": "-40.00", "5100": "90.00"}


def test_a_loss_falls_step_by_step_and_ends_at_nothing(books, owing):
    """10.00, 50.00 and 40.00 were never due; between them the rest is recovered and lost again."""
    owing()
    books.do("adjust_allowance", entity="US", account="acme", amount="30.00", on="2026-11-30")
    books.do("write_off", invoice=INVOICE, on="2026-12-15")
    rerate(books, "9000")
    books.do("recover_write_off", invoice=INVOICE, amount="20.00", on="2026-12-21")
    books.do("write_off", invoice=INVOICE, on="2026-12-22")
    rerate(books, "4000", on="2026-12-23")
    rerate(books, "0", on="2026-12-24")
    ends = books.balances()
    assert ends == {"1120": "-30.00", "5100": "30.00"}


def test_losses_of_several_customers_fall_in_one_run(books, owing):
    """Each has an allowance of its own; both refills stand in the one stream of the entity."""
    owing(True, "acme", "best")
    for number, account in enumerate(("acme", "best"), start=1):
        books.do("adjust_allowance", entity="US", account=account, amount="100.00",
                 on="2026-11-30")  # fmt: skip
        books.do("write_off", invoice=f"US-2026-00000{number}", on="2026-12-15")
    facts = rerate(books, "9000", "acme", "best")
    assert facts.count("allowance.adjusted") == 2
    assert books.balances() == {"1120": "-20.00", "4010": "-180.00", "5100": "200.00"}


def test_a_loss_in_another_currency_falls_at_what_it_carried(books):
    """110.00 USD stood at 101.20 EUR; 66.00 USD of it, 60.72 EUR, were never due."""
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="10", from_="2026-01-01", category="S")
    books.plan("api", "USD", CENT)
    books.do("set_exchange_rate", base="USD", quote="EUR", rate="0.92", on="2026-10-01",
             source="ECB")  # fmt: skip
    books.customer("acme", "EU", "USD", "api", tax="vat")
    books.use("acme", "of-acme", "2026-10-05", "10000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    books.do("adjust_allowance", entity="EU", amount="60.00", on="2026-11-10")
    books.do("write_off", invoice="EU-2026-000001", on="2026-12-15")
    books.do("set_exchange_rate", base="USD", quote="EUR", rate="0.50", on="2026-12-01",
             source="ECB")  # fmt: skip
    rerate(books, "4000")
    lines = [line for line in books.journal("EU") if line[0] == "2026-12-20"]
    assert lines[:3] == [
        ("2026-12-20", "write_off_reversed", "1100", "60.72"),
        ("2026-12-20", "write_off_reversed", "1120", "-19.52"),
        ("2026-12-20", "write_off_reversed", "5100", "-41.20"),
    ]
    assert [line for line in lines[3:] if line[2] in ("1100", "2200")] == [
        ("2026-12-20", "credit_note_rerating", "2200", "5.52"),
        ("2026-12-20", "credit_note_rerating", "1100", "-60.72"),
    ]
    assert books.balances("EU").keys() == {"1120", "2200", "4010", "5100"}


def test_a_dry_run_of_it_leaves_everything_as_it_was(books, owing):
    owing()
    books.do("write_off", invoice=INVOICE, on="2026-12-15")
    before = books.balances()
    answer = books._ask("correct_usage", source="app", id="of-acme", reason="counted twice",
                        properties={"quantity": "9000"}, dry_run=True)  # fmt: skip
    assert answer.status == "would_accept"
    effect = answer.effect.to_dict()
    assert {"entity": "US", "account": "5100", "amount": "-10.00"} in effect["balances"]
    assert books.balances() == before
