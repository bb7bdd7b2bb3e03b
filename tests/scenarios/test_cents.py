"""Cents that are easily lost: in prices with tax, and in a run that goes less far than before."""

import pytest

CENT = {"type": "per_unit", "unit": "0.01"}
TWO = {"type": "per_unit", "unit": "0.02"}


@pytest.fixture
def gross(books):
    """Books of acme, who pays 0.01 a unit with 19 % in it."""
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("gross", "EUR", CENT, tax_inclusive=True)
    books.customer("acme", "EU", "EUR", "gross", tax="vat")
    return books


def bill(books, on: str) -> None:
    """Rate October and bill it."""
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on=on)


def test_a_gross_cent_is_billed_though_the_net_stands(gross):
    """3 and 4 units are both 0.03 net, but 0.03 and 0.04 gross: the customer owes 0.04."""
    gross.use("acme", "1", "2026-10-10", "3")
    bill(gross, "2026-11-01")
    gross.use("acme", "2", "2026-10-11", "1")
    bill(gross, "2026-11-02")
    assert gross.documents("acme") == [
        ("EU-2026-000001", "0.03", "0.00", "0.03", "0.03"),
        ("EU-2026-000002", "0.01", "0.00", "0.01", "0.01"),
    ]
    assert gross.balances("EU") == {"1100": "0.04", "4010": "-0.04"}
    bill(gross, "2026-11-03")
    assert len(gross.documents("acme")) == 2


def test_a_gross_cent_is_credited_though_the_net_stands(gross):
    gross.use("acme", "1", "2026-10-10", "4")
    bill(gross, "2026-11-01")
    gross.do("correct_usage", source="app", id="1", properties={"quantity": "3"}, reason="bot")
    bill(gross, "2026-11-02")
    assert gross.documents("acme")[1][:4] == ("EU-CN-2026-000001", "0.00", "0.01", "0.01")
    assert gross.balances("EU") == {"1100": "0.03", "4010": "-0.03"}


def test_a_single_gross_cent_that_is_hardly_net_is_billed(gross):
    """Half a unit is 0.005 gross, which rounds to 0.01, and 0.0042 net, which rounds to nothing."""
    gross.use("acme", "1", "2026-10-10", "0.5")
    bill(gross, "2026-11-01")
    assert gross.documents("acme") == [("EU-2026-000001", "0.01", "0.00", "0.01", "0.01")]
    assert gross.balances("EU") == {"1100": "0.01", "4010": "-0.01"}


def test_a_tax_rate_set_for_billed_days_moves_no_accrual(gross):
    gross.use("acme", "1", "2026-10-10", "11900")
    bill(gross, "2026-11-01")
    before = {"1100": "119.00", "2200": "-19.00", "4010": "-100.00"}
    assert gross.balances("EU") == before
    gross.do("set_tax_rate", code="vat", rate="7", from_="2026-10-01", category="S")
    bill(gross, "2026-11-02")
    assert gross.balances("EU") == before
    gross.use("acme", "2", "2026-10-10", "10700")
    bill(gross, "2026-11-03")
    assert gross.documents("acme")[1][1:4] == ("100.00", "7.00", "107.00")
    assert gross.balances("EU") == {"1100": "226.00", "2200": "-26.00", "4010": "-200.00"}


def test_a_tax_rate_set_for_days_not_billed_yet_moves_the_accrual(gross):
    gross.use("acme", "1", "2026-10-10", "10700")
    gross.do("rate_usage", through="2026-10-31")
    assert gross.balances("EU") == {"1150": "89.92", "4010": "-89.92"}
    gross.do("set_tax_rate", code="vat", rate="7", from_="2026-10-01", category="S")
    gross.do("rate_usage", through="2026-10-31")
    assert gross.balances("EU") == {"1150": "100.00", "4010": "-100.00"}


def test_prices_that_cease_to_include_tax_are_billed_net(gross):
    """Used at 19 %, billed at 16 %: 102.59 net. Re-priced at 1.19 net, 16.41 are left to bill."""
    gross.do("set_tax_rate", code="vat", rate="16", from_="2026-11-01", category="S")
    gross.use("acme", "1", "2026-10-10", "11900")
    bill(gross, "2026-11-01")
    assert gross.documents("acme")[0][1:4] == ("102.59", "16.41", "119.00")
    gross.plan("gross", "EUR", CENT)
    bill(gross, "2026-11-02")
    assert gross.documents("acme")[1][1:4] == ("16.41", "2.63", "19.04")
    assert gross.balances("EU") == {"1100": "138.04", "2200": "-19.04", "4010": "-119.00"}


@pytest.mark.parametrize("through", ["2026-10-15", "2026-10-25"])
def test_a_nearer_run_takes_nothing_back_from_days_that_a_new_price_cut_off(books, through):
    """30.00 is charged through the 31st; from the 20th on the price doubles for 2,000 units."""
    books.entity("US", "USD")
    books.plan("api", "USD", CENT)
    books.customer("acme", "US", "USD", "api")
    books.use("acme", "1", "2026-10-10", "1000")
    books.use("acme", "2", "2026-10-28", "2000")
    bill(books, "2026-11-01")
    books.plan("api", "USD", TWO, **{"from": "2026-10-20"})
    books.do("rate_usage", through=through)
    assert books.balances() == {"1100": "30.00", "1150": "20.00", "4010": "-50.00"}
    books.do("rate_usage", through="2026-10-31")
    assert books.balances() == {"1100": "30.00", "1150": "20.00", "4010": "-50.00"}


def test_what_is_worth_nothing_in_the_books_is_owed_and_paid_nevertheless(books):
    """0.001 KWD are less than half a yen: they are open, paid, kept and refunded without a line."""
    books.entity("JP", "JPY")
    books.do("set_exchange_rate", base="KWD", quote="JPY", rate="486", on="2026-01-01", source="t")
    books.plan("api", "KWD", {"type": "per_unit", "unit": "0.001"})
    books.customer("acme", "JP", "KWD", "api")
    paid = {"account": "acme", "currency": "KWD", "via": "bank"}
    for number in (1, 2):
        books.use("acme", f"e{number}", "2026-10-05", "1")
        books.do("rate_usage", through="2026-10-31")
        books.do("issue_invoices", through="2026-10-31", on=f"2026-11-0{number}")
    assert [line[4] for line in books.documents("acme")] == ["0.001", "0.001"]
    books.do("capture_payment", payment="p1", amount="0.001", on="2026-11-03", **paid)
    books.do("capture_payment", payment="p2", amount="0.002", on="2026-11-04", apply=[], **paid)
    books.do("open_dispute", dispute="d1", payment="p1", amount="0.001", fee="0", on="2026-11-05")
    books.do("apply_balance", account="acme", invoice="JP-2026-000002", from_="unapplied_cash",
             on="2026-11-06")  # fmt: skip
    books.do("refund", refund="r1", account="acme", amount="0.001", via="bank",
             from_="unapplied_cash", on="2026-11-07")  # fmt: skip
    assert [line[4] for line in books.documents("acme")] == ["0.000", "0.000"]


def test_a_concession_rounded_apart_from_its_receivable_leaves_no_balance(books):
    """0.12 EUR and 0.02 tax carry 0.18 USD; of them 0.06 and 0.01 are 0.10, but carry 0.09."""
    books.entity("US", "USD")
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.do("set_exchange_rate", base="EUR", quote="USD", rate="1.25", on="2026-01-01", source="t")
    books.plan("api", "EUR", CENT)
    books.customer("acme", "US", "EUR", "api", tax="vat")
    books.use("acme", "e1", "2026-10-05", "12")
    bill(books, "2026-11-01")
    books.do("issue_credit_note", invoice="US-2026-000001", lines=[{"line": 1, "net": "0.06"}],
             on="2026-11-02", reason="goodwill")  # fmt: skip
    lines = [line[2:] for line in books.journal() if line[1] == "credit_note_concession"]
    assert [line for line in lines if line[0] in ("1100", "2120", "7000")] == [
        ("1100", "-0.09"), ("7000", "-0.01"),
    ]  # fmt: skip
