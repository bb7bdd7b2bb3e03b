"""Accounts and posting rules that change in the middle of the books, checked by hledger too."""

CENT = {"type": "per_unit", "unit": "0.01"}
PAID = {"account": "acme", "currency": "USD", "amount": "100.00", "via": "psp"}


def test_a_second_bank_and_a_second_psp_from_a_day_on(books):
    """Two payments of 100.00 by PSP are paid out; from 10 November all of it by another PSP."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    books.do("change_chart", accounts=[
        {"account": "1005", "name": "Second bank", "class": "Assets"},
        {"account": "1015", "name": "Clearing of the second PSP", "class": "Assets"},
        {"account": "5005", "name": "Fees of the second PSP", "class": "Expenses"},
    ], from_="2026-11-01")  # fmt: skip
    places = {"1000": "1005", "1010": "1015"}
    for rule in ("payment_captured", "payment_returned", "refund_paid"):
        books.do("change_posting_rule", rule=rule, from_="2026-11-10", accounts=places)
    books.do("change_posting_rule", rule="payout_settled", from_="2026-11-10",
             accounts={**places, "5000": "5005"})  # fmt: skip
    books.use("acme", "u-1", "2026-10-05", "20000")
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on="2026-11-01")
    for number, day in (("1", "2026-11-05"), ("2", "2026-11-11")):
        books.do("capture_payment", payment=f"p-{number}", on=day, **PAID)
        books.do("settle_payout", payout=f"po-{number}", entity="US", amount="97.00", fee="3.00",
                 currency="USD", on=f"{day[:8]}{int(day[8:]) + 1:02}")  # fmt: skip
    assert books.balances() == {
        "1000": "97.00", "1005": "97.00", "4010": "-200.00", "5000": "3.00", "5005": "3.00",
    }  # fmt: skip
    books.do("return_payment", payment="p-2", on="2026-11-13", code="R01")
    assert books.balances()["1015"] == "-100.00"
    books.do("change_chart", accounts=[{"account": "1015", "name": "PSP two"}],
             from_="2026-11-20")  # fmt: skip


def test_only_one_of_two_rules_changed_leaves_the_clearing_open(books):
    """What is captured on 1015 and paid out from 1010 stands on both, and people see it there."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    books.do("change_chart", from_="2026-11-01", accounts=[
        {"account": "1015", "name": "Clearing of the second PSP", "class": "Assets"}])  # fmt: skip
    books.do("change_posting_rule", rule="payment_captured", from_="2026-11-01",
             accounts={"1010": "1015"})  # fmt: skip
    books.do("capture_payment", payment="p-1", on="2026-11-05", **PAID)
    books.do("settle_payout", payout="po-1", entity="US", amount="100.00", fee="0",
             currency="USD", on="2026-11-06")  # fmt: skip
    found = books.balances()
    assert (found["1010"], found["1015"]) == ("-100.00", "100.00")
    books.do("post_journal", entity="US", on="2026-11-07", reason="clear the PSP",
             approved_by="controller", lines=[{"account": "1010", "debit": "100.00"},
                                              {"account": "1015", "credit": "100.00"}])  # fmt: skip
    assert "1010" not in books.balances()
