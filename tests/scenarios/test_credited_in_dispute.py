"""What is credited while a dispute is open, and lost with it, is not given back twice."""

from decimal import Decimal

import pytest

CENT = {"type": "per_unit", "unit": "0.01"}
INVOICE = "US-2026-000001"
LOSS = {}
REVENUE = {"chargeback": "revenue", "tax_relief_on_write_off": True}
BOTH = pytest.mark.parametrize("policies", [LOSS, REVENUE], ids=["loss", "revenue"])


@pytest.fixture
def owing(books):
    """Return how to owe 119.00 with 19.00 tax on 1 November, by an entity with these policies."""

    def owe(policies) -> None:
        books.entity("US", "USD", policies=policies)
        books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
        books.plan("api", "USD", CENT)
        books.customer("acme", "US", "USD", "api", tax="vat")
        books.use("acme", "u-1", "2026-10-05", "10000")
        bill(books, "2026-11-01")

    return owe


def bill(books, on: str) -> None:
    books.do("rate_usage", through="2026-10-31")
    books.do("issue_invoices", through="2026-10-31", on=on)


def rerate(books, quantity: str, on: str) -> None:
    books.do("correct_usage", source="app", id="u-1", reason="counted twice",
             properties={"quantity": quantity})  # fmt: skip
    bill(books, on)


def concede(books, invoice: str) -> None:
    """Give 11.90 back, of which 1.90 are tax."""
    books.do("issue_credit_note", invoice=invoice, lines=[{"line": 1, "net": "10.00"}],
             on="2026-11-15", reason="goodwill")  # fmt: skip


def pay(books, payment: str, amount: str, currency: str = "USD", on: str = "2026-11-10") -> None:
    books.do("capture_payment", payment=payment, account="acme", amount=amount, currency=currency,
             via="bank", on=on)  # fmt: skip


def dispute(books, name: str, payment: str, amount: str, on: str = "2026-11-12") -> None:
    books.do("open_dispute", dispute=name, payment=payment, amount=amount, fee="0", on=on)


def close(books, name: str, outcome: str = "lost", on: str = "2026-11-20") -> None:
    books.do("close_dispute", dispute=name, outcome=outcome, on=on)


def lines(books, rule: str) -> list[tuple[str, str]]:
    return [(account, amount) for _, by, account, amount in books.journal() if by == rule]


@pytest.mark.parametrize(
    ("policies", "rule", "posted", "ends"),
    [
        (LOSS, "dispute_lost", [("5010", "107.10")],
         {"2200": "-17.10", "4010": "-90.00", "5010": "107.10"}),
        (REVENUE, "dispute_lost_revenue", [("4010", "90.00"), ("2200", "17.10")], {}),
        ({"chargeback": "revenue"}, "dispute_lost_revenue",
         [("4010", "90.00"), ("5010", "17.10")], {"2200": "-17.10", "5010": "17.10"}),
    ],
    ids=["loss", "revenue", "revenue-without-relief"],
)  # fmt: skip
def test_a_loss_takes_what_was_credited_first(books, owing, policies, rule, posted, ends):
    """Of 119.00 in dispute 11.90 are credited; it ends as if that had come after the loss."""
    owing(policies)
    pay(books, "p-1", "119.00")
    dispute(books, "d-1", "p-1", "119.00")
    rerate(books, "9000", "2026-11-15")
    close(books, "d-1")
    assert lines(books, rule) == [("1110", "-119.00"), ("2120", "11.90"), *posted]
    assert books.balances() == ends
    rerate(books, "0", "2026-12-20")
    assert books.balances() == {}


@BOTH
@pytest.mark.parametrize(
    ("quantity", "credit", "lost"),
    [("7000", None, "14.30"), ("5000", "-9.50", None), ("0", "-69.00", None)],
)
def test_of_a_part_in_dispute_no_more_is_taken_than_is_lost(
    books, owing, policies, quantity, credit, lost
):
    """Of 119.00 the bank takes 50.00; 35.70, 59.50 or 119.00 are credited meanwhile."""
    owing(policies)
    pay(books, "p-1", "119.00")
    dispute(books, "d-1", "p-1", "50.00")
    rerate(books, quantity, "2026-11-15")
    close(books, "d-1")
    ends = books.balances()
    assert (ends["1000"], ends.get("2120")) == ("69.00", credit)
    if policies:
        assert "5010" not in ends
    else:
        assert ends.get("5010") == lost
    if quantity != "0":
        rerate(books, "0", "2026-12-20")
    assert books.balances() == {"1000": "69.00", "2120": "-69.00"}


@BOTH
def test_what_was_credited_before_the_dispute_is_the_same_money(books, owing, policies):
    owing(policies)
    pay(books, "p-1", "119.00")
    rerate(books, "9000", "2026-11-11")
    dispute(books, "d-1", "p-1", "119.00")
    close(books, "d-1")
    assert "2120" not in books.balances()
    rerate(books, "0", "2026-12-20")
    assert books.balances() == {}


@BOTH
def test_two_disputes_take_it_once(books, owing, policies):
    """Paid as 60.00 and 59.00, both in dispute; of 71.40 credited the first takes 60.00."""
    owing(policies)
    for number, amount in enumerate(("60.00", "59.00"), start=1):
        pay(books, f"p-{number}", amount)
        dispute(books, f"d-{number}", f"p-{number}", amount)
    rerate(books, "4000", "2026-11-15")
    close(books, "d-1")
    assert books.balances()["2120"] == "-11.40"
    close(books, "d-2")
    assert not {"1110", "2120"} & books.balances().keys()
    rerate(books, "0", "2026-12-20")
    assert books.balances() == {}


def test_a_dispute_that_is_won_leaves_the_credit(books, owing):
    owing(LOSS)
    pay(books, "p-1", "119.00")
    dispute(books, "d-1", "p-1", "119.00")
    rerate(books, "9000", "2026-11-15")
    close(books, "d-1", "won")
    assert books.balances() == {"1000": "119.00", "2120": "-11.90", "2200": "-17.10",
                                "4010": "-90.00"}  # fmt: skip


@pytest.mark.parametrize(
    ("policies", "ends"),
    [(LOSS, {"1000": "-10.00", "2200": "-17.10", "4010": "-90.00", "5010": "117.10"}),
     (REVENUE, {"1000": "-10.00", "5010": "10.00"})],
    ids=["loss", "revenue"],
)  # fmt: skip
def test_what_was_paid_out_meanwhile_is_a_loss(books, owing, policies, ends):
    """Of 11.90 credited 10.00 are refunded; under any policy no revenue or tax is left for them."""
    owing(policies)
    pay(books, "p-1", "119.00")
    dispute(books, "d-1", "p-1", "119.00")
    rerate(books, "9000", "2026-11-15")
    books.do("refund", refund="r-1", account="acme", amount="10.00", via="bank",
             from_="credit_balance", on="2026-11-16")  # fmt: skip
    close(books, "d-1")
    assert books.balances() == ends
    rerate(books, "0", "2026-12-20")
    assert books.balances() == {"1000": "-10.00", "5010": "10.00"}


def test_credit_of_another_invoice_is_not_taken(books, owing):
    """What is spent is the oldest: 5.00 of the 11.90 in dispute, none of the other invoice's."""
    owing(LOSS)
    pay(books, "p-1", "119.00")
    books.use("acme", "u-2", "2026-10-06", "5000")
    bill(books, "2026-11-02")
    pay(books, "p-2", "59.50")
    dispute(books, "d-1", "p-1", "119.00")
    concede(books, INVOICE)
    concede(books, "US-2026-000002")
    books.do("refund", refund="r-1", account="acme", amount="5.00", via="bank",
             from_="credit_balance", on="2026-11-17")  # fmt: skip
    close(books, "d-1")
    assert lines(books, "dispute_lost")[1:] == [("2120", "6.90"), ("5010", "112.10")]
    assert books.balances()["2120"] == "-11.90"


def test_a_concession_in_a_dispute_is_taken_too(books, owing):
    owing(LOSS)
    pay(books, "p-1", "119.00")
    dispute(books, "d-1", "p-1", "119.00")
    concede(books, INVOICE)
    close(books, "d-1")
    assert lines(books, "dispute_lost")[1:] == [("2120", "11.90"), ("5010", "107.10")]


@pytest.mark.parametrize("policies", [LOSS, REVENUE, {"chargeback": "revenue"}],
                         ids=["loss", "relief", "revenue"])  # fmt: skip
@pytest.mark.parametrize(
    ("agreed", "kept", "size", "then", "now"),
    [
        ("USD", "JPY", "1", "150", "151.37"),
        ("USD", "JPY", "1", "149.999", "92.5"),
        ("USD", "EUR", "1", "0.91337", "0.97777"),
        ("KWD", "JPY", "0.1", "486.30", "501.119"),
        ("JPY", "KWD", "100", "0.002057", "0.0021"),
        ("JPY", "USD", "100", "0.0067", "0.00701"),
    ],
)
def test_in_another_currency_nothing_is_left(books, policies, agreed, kept, size, then, now):
    """3,337 units are paid in two parts, disputed at another rate and credited in part, lost."""
    books.entity("XX", kept, policies=policies)
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("api", agreed, {"type": "per_unit", "unit": str(Decimal(size) / 100)})
    rate(books, agreed, kept, then, "2026-10-01")
    books.customer("acme", "XX", agreed, "api", tax="vat")
    books.use("acme", "u-1", "2026-10-05", "3337")
    bill(books, "2026-11-01")
    (total,) = [Decimal(row[3]) for row in books.documents("acme")]
    first = (total / 3).quantize(Decimal(1).scaleb(total.as_tuple().exponent))
    for number, part in enumerate((first, total - first), start=1):
        rate(books, agreed, kept, str(Decimal(now) * number), f"2026-11-1{number}")
        pay(books, f"p-{number}", str(part), agreed, f"2026-11-1{number}")
        dispute(books, f"d-{number}", f"p-{number}", str(part), f"2026-11-1{number}")
    rerate(books, "1777", "2026-11-15")
    assert "2120" in books.balances("XX")
    for number in (1, 2):
        rate(books, agreed, kept, str(Decimal(then) / number), f"2026-11-2{number}")
        close(books, f"d-{number}", on=f"2026-11-2{number}")
    ends = books.balances("XX")
    assert ("2200" in ends) == ("tax_relief_on_write_off" not in policies), ends
    assert not {"1100", "1110", "2120"} & ends.keys()
    rerate(books, "0", "2026-12-20")
    ends = books.balances("XX")
    assert ends.keys() <= {"1000", "4010", "7000"}, ends
    assert books.do("revalue", entity="XX", on="2026-12-31") == []


def rate(books, base: str, quote: str, value: str, on: str) -> None:
    books.do("set_exchange_rate", base=base, quote=quote, rate=value, on=on, source="test")
