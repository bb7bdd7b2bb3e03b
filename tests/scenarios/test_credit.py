"""Credit from purchase to its last day: drawn, expired, and late usage after that."""

import pytest

CALLS = {"type": "per_unit", "unit": "1.00"}
PACK = {"grant": "pack", "account": "acme", "kind": "prepaid", "from": "2026-09-01",
        "expires": "2026-10-31", "units": "1000", "meter": "meter-1",
        "price": "899.99"}  # fmt: skip


def begin(books, *, policies=None, tax=None):
    books.entity("US", "USD", policies=policies or {})
    books.plan("calls", "USD", CALLS)
    books.do("open_account", account="acme", entity="US", name="Acme", currency="USD",
             **({"tax": tax} if tax else {}))  # fmt: skip
    books.do("start_subscription", subscription="acme-1", account="acme", plan="calls",
             from_="2026-09-01")  # fmt: skip


def close(books, month, last):
    books.do("rate_usage", through=last)
    return books.do("issue_invoices", through=last, on=last)


def test_a_pack_is_bought_drawn_and_expires(books):
    """The worked example of accounting, two months earlier: 299.70, 299.69, 300.60."""
    begin(books)
    books.do("grant_credit", **PACK)
    books.use("acme", "e-1", "2026-09-10", "333")
    close(books, 9, "2026-09-30")
    assert books.balances() == {"1100": "899.99", "2110": "-600.29", "4010": "-299.70"}
    books.use("acme", "e-2", "2026-10-10", "333")
    close(books, 10, "2026-10-31")
    assert books.balances() == {"1100": "899.99", "4010": "-599.39", "4030": "-300.60"}
    assert [line for line in books.journal() if line[2] in ("2110", "4030")] == [
        ("2026-09-30", "usage_accrued", "2110", "299.70"),
        ("2026-09-30", "invoice_issued", "2110", "-899.99"),
        ("2026-10-31", "usage_accrued", "2110", "299.69"),
        ("2026-10-31", "credit_breakage", "2110", "300.60"),
        ("2026-10-31", "credit_breakage", "4030", "-300.60"),
    ]
    assert [row[1:4] for row in books.documents("acme")] == [("899.99", "0.00", "899.99")]
    assert books.do("rate_usage", through="2026-10-31") == []


def test_proportional_breakage_comes_with_the_draws(books):
    """A tenth is expected to stay unused; 333 of the 900 that are used bring 33.30 of 90.00."""
    begin(books, policies={"breakage": "proportional"})
    books.do("grant_credit", **PACK, expected_breakage="0.10")
    books.use("acme", "e-1", "2026-09-10", "333")
    close(books, 9, "2026-09-30")
    assert books.balances() == {
        "1100": "899.99", "2110": "-566.99", "4010": "-299.70", "4030": "-33.30",
    }  # fmt: skip
    books.use("acme", "e-2", "2026-10-10", "333")
    close(books, 10, "2026-10-31")
    assert books.balances() == {"1100": "899.99", "4010": "-599.39", "4030": "-300.60"}


@pytest.mark.parametrize("policy", ["at_expiry", "proportional"])
def test_usage_that_comes_late_takes_back_what_expired(books, policy):
    begin(books, policies={"breakage": policy})
    books.do("grant_credit", **PACK, expected_breakage="0.10")
    books.use("acme", "e-1", "2026-09-10", "666")
    close(books, 10, "2026-10-31")
    assert books.balances()["4030"] == "-300.60"
    books.use("acme", "late", "2026-10-30", "100")
    assert books.do("rate_usage", through="2026-11-15").count("credit.expired") == 1
    assert books.balances() == {"1100": "899.99", "4010": "-689.39", "4030": "-210.60"}
    books.use("acme", "more", "2026-10-30", "300")
    close(books, 11, "2026-11-16")
    assert books.balances() == {"1100": "965.99", "4010": "-965.99"}


def test_what_a_grant_does_not_cover_is_billed_and_shown(books):
    begin(books)
    books.do("grant_credit", **PACK)
    books.use("acme", "e-1", "2026-09-10", "1010.5")
    close(books, 9, "2026-09-30")
    assert books.lines("US-2026-000001") == [
        ("item-1", "10.50", "0.00"), ("grant", "899.99", "0.00"),
    ]  # fmt: skip
    assert books.balances() == {"1100": "910.49", "4010": "-910.49"}


def test_given_credit_is_drawn_before_bought_credit(books):
    """Of 150.00 20.00 are given (and not taxed), 100.00 bought for 80.00, and 30.00 billed."""
    books.entity("US", "USD")
    books.do("set_tax_rate", code="ten", rate="10", from_="2026-01-01", category="S")
    books.plan("calls", "USD", CALLS)
    books.customer("acme", "US", "USD", "calls", tax="ten")
    money = {"account": "acme", "from_": "2026-10-01"}
    books.do("grant_credit", grant="bought", kind="prepaid", amount="100", price="80",
             expires="2026-10-31", **money)  # fmt: skip
    books.do("grant_credit", grant="given", kind="promotional", amount="20", **money)
    books.use("acme", "e-1", "2026-10-10", "150")
    close(books, 10, "2026-10-31")
    assert books.lines("US-2026-000001") == [
        ("item-1", "30.00", "3.00"), ("grant", "80.00", "8.00"),
    ]  # fmt: skip
    assert books.balances() == {
        "1100": "121.00", "2200": "-11.00", "4010": "-130.00", "4090": "20.00",
    }  # fmt: skip


def test_a_grant_that_comes_after_the_invoice_moves_to_where_it_belongs(books):
    """Usage of October was billed; credit for October makes a credit note for what it pays."""
    begin(books)
    books.use("acme", "e-1", "2026-09-10", "50")
    close(books, 9, "2026-09-30")
    assert books.balances() == {"1100": "50.00", "4010": "-50.00"}
    books.do("grant_credit", grant="gift", account="acme", kind="promotional", amount="30",
             from_="2026-09-01")  # fmt: skip
    close(books, 10, "2026-10-31")
    assert [row[1:4] for row in books.documents("acme")] == [
        ("50.00", "0.00", "50.00"), ("30.00", "0.00", "30.00"),
    ]  # fmt: skip
    assert books.balances() == {"1100": "20.00", "4010": "-50.00", "4090": "30.00"}


def test_a_grant_in_mid_month_is_for_what_came_then(books):
    begin(books)
    books.do("grant_credit", grant="gift", account="acme", kind="promotional", amount="100",
             from_="2026-09-16", expires="2026-09-20")  # fmt: skip
    for number, day in enumerate(("10", "16", "20", "21"), start=1):
        books.use("acme", f"e-{number}", f"2026-09-{day}", "10")
    close(books, 9, "2026-09-30")
    assert books.balances() == {"1100": "20.00", "4010": "-40.00", "4090": "20.00"}


def test_credit_without_a_subscription_is_billed_and_expires(books):
    books.entity("US", "USD")
    books.do("open_account", account="acme", entity="US", name="Acme", currency="USD")
    books.do("grant_credit", grant="pack", account="acme", kind="prepaid", amount="100",
             from_="2026-09-01", expires="2026-10-31")  # fmt: skip
    books.do("issue_invoices", through="2026-09-30", on="2026-09-30")
    assert books.balances() == {"1100": "100.00", "2110": "-100.00"}
    books.do("rate_usage", through="2026-10-31")
    assert books.balances() == {"1100": "100.00", "4030": "-100.00"}
    assert books.do("rate_usage", through="2026-10-31") == []


def test_too_little_left_brings_the_next_grant_on_the_same_terms(books):
    begin(books)
    books.do("grant_credit", grant="pack", account="acme", kind="prepaid", amount="100",
             price="90", from_="2026-09-01", expires="2026-10-30",
             top_up={"below": "20"})  # fmt: skip
    books.use("acme", "e-1", "2026-09-10", "80")
    books.do("rate_usage", through="2026-09-20")
    assert [grant.grant_id for grant in books.grants("acme")] == ["pack"]
    books.use("acme", "e-2", "2026-09-21", "5")
    facts = books.do("rate_usage", through="2026-09-21")
    assert facts.count("credit.granted") == 1
    first, second = books.grants("acme")
    assert (second.grant_id, second.price, second.top_up_below) == ("pack/2", 90, 20)
    assert (second.starts_on.isoformat(), second.expires_on.isoformat()) == (
        "2026-09-21", "2026-11-19",
    )  # fmt: skip
    assert books.do("rate_usage", through="2026-09-21") == ["item.charged"]
    books.use("acme", "e-3", "2026-09-25", "30")
    close(books, 9, "2026-09-30")
    first, second = books.grants("acme")
    assert (first.remaining, second.remaining) == (0, 85)
    assert books.lines("US-2026-000001") == [("grant", "90.00", "0.00")] * 2


def test_credit_in_another_currency_is_booked_at_the_rate_of_the_day(books):
    """A pack of 100.00 EUR is billed, drawn by 40.00 and expires; one EUR is 1.10 USD."""
    books.entity("US", "USD")
    books.do("set_exchange_rate", base="EUR", quote="USD", rate="1.10", on="2026-01-01",
             source="ECB")  # fmt: skip
    books.plan("calls", "EUR", CALLS)
    books.customer("emil", "US", "EUR", "calls")
    books.do("grant_credit", grant="pack", account="emil", kind="prepaid", amount="100",
             from_="2026-10-01", expires="2026-10-31")  # fmt: skip
    books.use("emil", "e-1", "2026-10-10", "40")
    close(books, 10, "2026-10-31")
    assert books.balances() == {"1100": "110.00", "4010": "-44.00", "4030": "-66.00"}
