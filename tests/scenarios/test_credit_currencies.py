"""Credit bought in another currency than the books: one exchange from its purchase to its end.

2110 is no money: a grant is worth in the books what it was on its first day. The document that
bills it, draws and breakage move that, and end at nothing in both currencies, whatever rates do.
"""

import pytest

from ledger.projector.projection import projections
from ledger.projector.rebuild import rebuild

CALLS = {"type": "per_unit", "unit": "1.00"}


def rate(books, on, value, base="EUR", quote="USD"):
    books.do("set_exchange_rate", base=base, quote=quote, rate=value, on=on, source="ECB")


@pytest.fixture
def abroad(books):
    """Books in dollars, a customer in euros on calls at one euro, and a euro that moves."""
    books.entity("US", "USD")
    books.plan("calls", "EUR", CALLS)
    books.do("open_account", account="acme", entity="US", name="Acme", currency="EUR")
    for day, value in (("2026-09-01", "1.10"), ("2026-09-30", "1.20"), ("2026-10-31", "1.05")):
        rate(books, day, value)
    books.do("start_subscription", subscription="acme-1", account="acme", plan="calls",
             from_="2026-09-01")  # fmt: skip
    yield books
    for name in projections():
        rebuild(books._ledger.db, name, workers=1)  # raises where the builds differ


def buy(books, **more):
    body = {"grant": "pack", "account": "acme", "kind": "prepaid", "from": "2026-09-01",
            "expires": "2026-10-31", "amount": "100", **more}  # fmt: skip
    books.do("grant_credit", **body)


def close(books, last):
    books.do("rate_usage", through=last)
    return books.do("issue_invoices", through=last, on=last)


def moved(books, account="2110"):
    return [line for line in books.journal() if line[2] == account]


def remainders(books):
    """Return, by grant, what 2110 should hold: agreed, and in the books."""
    return {
        grant.grant_id: (str(grant.billed - grant.cost - grant.breakage), str(grant.carried))
        for grant in books.grants("acme")
    }


def test_bought_drawn_and_expired_at_the_rate_of_its_first_day(abroad):
    """100.00 EUR at 1.10 = 110.00 USD; 33.33 and 33.33 are drawn at 1.20 and 1.05, 33.34 expire."""
    buy(abroad)
    abroad.do("issue_invoices", through="2026-09-01", on="2026-09-01")
    abroad.use("acme", "e-1", "2026-09-10", "33.33")
    close(abroad, "2026-09-30")
    assert remainders(abroad) == {"pack": ("66.67", "73.34")}
    abroad.use("acme", "e-2", "2026-10-10", "33.33")
    close(abroad, "2026-10-31")
    assert moved(abroad) == [
        ("2026-09-01", "invoice_issued", "2110", "-110.00"),
        ("2026-09-30", "usage_accrued", "2110", "36.66"),
        ("2026-10-31", "usage_accrued", "2110", "36.67"),
        ("2026-10-31", "credit_breakage", "2110", "36.67"),
    ]
    assert abroad.balances() == {"1100": "110.00", "4010": "-73.33", "4030": "-36.67"}
    assert remainders(abroad) == {"pack": ("0.00", "0.00")}


def test_what_is_billed_at_another_rate_is_a_gain_or_loss(abroad):
    """Billed on 30 September at 1.20, after 40.00 EUR were drawn."""
    buy(abroad)
    abroad.use("acme", "e-1", "2026-09-10", "40")
    abroad.do("rate_usage", through="2026-09-30")
    assert abroad.balances() == {"2110": "44.00", "4010": "-44.00"}
    abroad.do("issue_invoices", through="2026-09-30", on="2026-09-30")
    assert abroad.journal()[-3:] == [
        ("2026-09-30", "invoice_issued", "1100", "120.00"),
        ("2026-09-30", "invoice_issued", "2110", "-110.00"),
        ("2026-09-30", "invoice_issued", "7000", "-10.00"),
    ]
    assert remainders(abroad) == {"pack": ("60.00", "66.00")}


def test_what_a_grant_does_not_cover_goes_at_the_rate_of_its_own_day(abroad):
    """Of 150.00 EUR 100.00 are the grant's at 1.10, 50.00 are billed at 1.20."""
    buy(abroad)
    abroad.use("acme", "e-1", "2026-09-10", "150")
    close(abroad, "2026-09-30")
    assert abroad.balances() == {"1100": "180.00", "4010": "-170.00", "7000": "-10.00"}


def test_usage_that_is_corrected_gives_back_at_the_same_rate(abroad):
    buy(abroad)
    abroad.use("acme", "e-1", "2026-09-10", "60.01")
    close(abroad, "2026-09-30")
    assert remainders(abroad) == {"pack": ("39.99", "43.99")}
    for quantity, left in (("20.02", ("79.98", "87.98")), ("77.77", ("22.23", "24.45")),
                           ("0", ("100.00", "110.00"))):  # fmt: skip
        abroad.do("correct_usage", source="app", id="e-1", properties={"quantity": quantity},
                  reason="counted wrong")  # fmt: skip
        abroad.do("rate_usage", through="2026-10-15")
        assert remainders(abroad) == {"pack": left}


def test_late_usage_takes_back_what_expired_to_the_cent(abroad):
    buy(abroad, price="89.99")
    abroad.use("acme", "e-1", "2026-09-10", "12.34")
    close(abroad, "2026-10-31")
    assert "2110" not in abroad.balances()
    rate(abroad, "2026-11-10", "1.31")
    abroad.use("acme", "late", "2026-10-30", "33.33")
    close(abroad, "2026-11-15")
    assert "2110" not in abroad.balances()
    abroad.do("correct_usage", source="app", id="e-1", void=True, reason="a test")
    close(abroad, "2026-11-16")
    assert remainders(abroad) == {"pack": ("0.00", "0.00")}
    assert abroad.balances()["4030"] == "-66.00"  # 98.99 less 29.99 × 1.10


def test_proportional_breakage_and_draws_share_one_exchange(books, abroad):
    books.do(
        "change_entity", entity="US", from_="2026-01-01", policies={"breakage": "proportional"}
    )
    buy(abroad, price="89.99", expected_breakage="0.10")
    for number, day in enumerate(("2026-09-10", "2026-09-20", "2026-10-10"), start=1):
        abroad.use("acme", f"e-{number}", day, "11.11")
        close(abroad, day)
    close(abroad, "2026-10-31")
    assert remainders(abroad) == {"pack": ("0.00", "0.00")}


def test_several_packs_of_units_each_keep_the_rate_they_were_bought_at(abroad):
    """Packs of 100 calls for 33.33: at 1.10 and, topped up in October, at 1.20."""
    abroad.do("grant_credit", **{"from": "2026-09-01"}, grant="pack", account="acme",
              kind="prepaid", units="100", meter="meter-1", price="33.33",
              top_up={"below": "30"})  # fmt: skip
    abroad.use("acme", "e-1", "2026-09-10", "77")
    close(abroad, "2026-09-30")
    abroad.use("acme", "e-2", "2026-10-10", "50")
    close(abroad, "2026-10-30")
    found = {grant.grant_id: grant for grant in abroad.grants("acme")}
    assert {name: grant.exchange["rate"] for name, grant in found.items()} == {
        "pack": "1.10", "pack/2": "1.20",
    }  # fmt: skip
    assert remainders(abroad) == {"pack": ("0.00", "0.00"), "pack/2": ("24.33", "29.20")}


def test_an_exchange_is_fixed_by_the_first_fact_that_books_it(abroad):
    """The rate of the first day is set anew when 100.00 EUR are already carried at 1.10."""
    buy(abroad)
    abroad.do("issue_invoices", through="2026-09-01", on="2026-09-01")
    rate(abroad, "2026-09-01", "1.50")
    abroad.use("acme", "e-1", "2026-09-10", "50")
    close(abroad, "2026-10-31")
    assert [line[3] for line in moved(abroad)] == ["-110.00", "55.00", "55.00"]


def test_credit_given_for_nothing_is_an_allowance_at_the_rate_of_the_day(abroad):
    abroad.do("grant_credit", **{"from": "2026-09-01"}, grant="gift", account="acme",
              kind="promotional", amount="30")  # fmt: skip
    abroad.use("acme", "e-1", "2026-09-10", "30")
    close(abroad, "2026-09-30")
    assert abroad.balances() == {"4010": "-36.00", "4090": "36.00"}
    assert abroad.grants("acme")[0].exchange is None


def test_a_concession_of_the_price_leaves_the_credit(abroad):
    """What was bought and given back is drawn all the same; revenue bears it (4090)."""
    buy(abroad)
    abroad.do("issue_invoices", through="2026-09-01", on="2026-09-01")
    rate(abroad, "2026-09-05", "1.30")
    abroad.do("issue_credit_note", invoice="US-2026-000001", lines=[{"line": 1, "net": "25.00"}],
              on="2026-09-05", reason="a favour")  # fmt: skip
    assert abroad.balances() == {"1100": "82.50", "2110": "-110.00", "4090": "27.50"}
    abroad.use("acme", "e-1", "2026-09-10", "100")
    close(abroad, "2026-09-30")
    assert "2110" not in abroad.balances()


def test_a_price_on_a_net_credit_note_comes_in_at_the_same_exchange(abroad):
    """200.00 EUR of a fee go back at 1.05, and 100.00 of credit since 1 September are billed."""
    item = {"item": "fee", "kind": "recurring", "amount": "310.00", "interval": "month",
            "timing": "in_advance", "proration": "day"}  # fmt: skip
    abroad.do("publish_plan", plan="fee", currency="EUR", from_="2026-01-01", items=[item])
    abroad.do("start_subscription", subscription="acme-2", account="acme", plan="fee",
              from_="2026-10-01")  # fmt: skip
    abroad.do("issue_invoices", through="2026-10-01", on="2026-10-01")
    buy(abroad)
    abroad.do("end_subscription", subscription="acme-2", on="2026-10-12", credit_unused=True)
    abroad.do("issue_invoices", through="2026-10-30", on="2026-10-31")
    number, net = abroad.documents("acme")[1][:2]
    assert (number, net) == ("US-CN-2026-000001", "100.00")
    assert remainders(abroad) == {"pack": ("100.00", "110.00")}
    assert moved(abroad) == [("2026-10-31", "net_credit", "2110", "-110.00")]


@pytest.mark.parametrize(
    ("books_in", "agreed_in", "rates", "amount", "uses", "parts"),
    [
        ("KWD", "JPY", ("0.002071", "0.0022", "0.0019"), "10000", ("3333", "3334"),
         ["-20.710", "6.903", "6.904", "6.903"]),
        ("JPY", "KWD", ("482.86", "455", "526.3"), "100.000", ("33.333", "33.333"),
         ["-48286", "16095", "16095", "16096"]),
        ("USD", "JPY", ("0.0067", "0.0071", "0.0061"), "1001", ("333", "333"),
         ["-6.71", "2.23", "2.23", "2.25"]),
    ],
)  # fmt: skip
def test_minor_units_of_any_size(books, books_in, agreed_in, rates, amount, uses, parts):
    books.entity("XX", books_in)
    books.plan("calls", agreed_in, {"type": "per_unit", "unit": "1"})
    books.do("open_account", account="acme", entity="XX", name="Acme", currency=agreed_in)
    for day, value in zip(("2026-09-01", "2026-09-30", "2026-10-31"), rates, strict=True):
        rate(books, day, value, base=agreed_in, quote=books_in)
    books.do("start_subscription", subscription="acme-1", account="acme", plan="calls",
             from_="2026-09-01")  # fmt: skip
    books.do("grant_credit", **{"from": "2026-09-01", "expires": "2026-10-31"}, grant="pack",
             account="acme", kind="prepaid", amount=amount)  # fmt: skip
    books.do("issue_invoices", through="2026-09-01", on="2026-09-01")
    for number, (day, last) in enumerate([("2026-09-10", "2026-09-30"),
                                          ("2026-10-10", "2026-10-31")]):  # fmt: skip
        books.use("acme", f"e-{number}", day, uses[number])
        close(books, last)
    assert [line[3] for line in books.journal("XX") if line[2] == "2110"] == parts
    assert "2110" not in books.balances("XX")


def test_without_a_rate_on_its_first_day_nothing_is_sold(books):
    books.entity("US", "USD")
    books.plan("calls", "EUR", CALLS)
    books.customer("acme", "US", "EUR", "calls")
    rate(books, "2026-10-02", "1.10")
    body = {"grant": "pack", "account": "acme", "kind": "prepaid", "amount": "100"}
    answer = books._ask("grant_credit", **body, **{"from": "2026-10-01"})
    assert (answer.status, answer.error.code) == ("refused", "NO_EXCHANGE_RATE")
    assert answer.error.field == "from"
    books.do("grant_credit", **body, **{"from": "2026-10-02"})
    books.do("grant_credit", **body | {"kind": "promotional", "grant": "gift"},
             **{"from": "2026-10-01"})  # fmt: skip
