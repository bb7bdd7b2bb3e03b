"""Discounts by percent and by amount, split over lines of several tax rates."""

CALLS = {"type": "per_unit", "unit": "1.00"}


def begin(books, *, tax_inclusive=False):
    """Three items under three tax rates, 19, 7 and 0 per cent."""
    books.entity("EU", "EUR")
    rates = {"full": ("19", "S"), "low": ("7", "S"), "none": ("0", "Z")}
    for code, (rate, category) in rates.items():
        books.do("set_tax_rate", code=code, rate=rate, from_="2026-01-01", category=category)
    items = [
        {"item": f"item-{n}", "kind": "usage", "meter": f"meter-{n}", "interval": "month",
         "model": CALLS, "tax": code}
        for n, code in enumerate(rates, start=1)
    ]  # fmt: skip
    books.do("publish_plan", plan="three", currency="EUR", from_="2026-01-01", items=items,
             tax_inclusive=tax_inclusive)  # fmt: skip
    books.customer("acme", "EU", "EUR", "three")


def use(books):
    for n, quantity in enumerate(("33.33", "66.67", "50.00"), start=1):
        books.use("acme", f"e-{n}", "2026-10-10", quantity, f"meter-{n}")


def close(books, last, on=None):
    books.do("rate_usage", through=last)
    books.do("issue_invoices", through=last, on=on or last)


def test_an_amount_is_split_over_three_tax_rates(books):
    """22.50 of 150.00 as in the allocation table: 5.00, 10.00, 7.50. Tax is on what is left."""
    begin(books)
    books.do("add_discount", discount="d", account="acme", amount="22.50", from_="2026-10-01",
             until="2026-11-01")  # fmt: skip
    use(books)
    close(books, "2026-10-31")
    assert books.lines("EU-2026-000001") == [
        ("item-1", "28.33", "5.38"), ("item-2", "56.67", "3.97"), ("item-3", "42.50", "0.00"),
    ]  # fmt: skip
    assert books.balances("EU") == {
        "1100": "136.85", "2200": "-9.35", "4010": "-150.00", "4090": "22.50",
    }  # fmt: skip
    close(books, "2026-11-30")
    assert len(books.documents("acme")) == 1


def test_a_percentage_comes_before_the_amount_and_is_scoped_by_item(books):
    begin(books)
    books.do("add_discount", discount="all", account="acme", amount="10.00", from_="2026-10-01")
    books.do("add_discount", discount="half", subscription="acme-1", percent="50",
             from_="2026-10-01", items=["item-2"])  # fmt: skip
    use(books)
    close(books, "2026-10-31")
    assert [line[:2] for line in books.lines("EU-2026-000001")] == [
        ("item-1", "30.47"), ("item-2", "30.47"), ("item-3", "45.72"),
    ]  # fmt: skip
    assert books.balances("EU")["4090"] == "43.34"


def test_prices_that_include_tax_are_lowered_with_their_tax(books):
    """33.33, 66.67 and 50.00 gross, a tenth off each."""
    begin(books, tax_inclusive=True)
    books.do("add_discount", discount="d", account="acme", percent="10", from_="2026-10-01")
    use(books)
    close(books, "2026-10-31")
    ((_, net, tax, total, _),) = books.documents("acme")
    assert (net, tax, total) == ("126.28", "8.72", "135.00")
    balances = books.balances("EU")
    assert balances["1100"] == "135.00"
    assert balances["4090"] == "14.04"
    assert "1150" not in balances


def test_a_discount_that_comes_late_is_a_credit_note_per_invoice(books):
    begin(books)
    use(books)
    close(books, "2026-10-31")
    books.do("add_discount", discount="d", account="acme", percent="10", from_="2026-10-01",
             until="2026-11-01")  # fmt: skip
    close(books, "2026-11-15")
    assert [row[1] for row in books.documents("acme")] == ["150.00", "15.00"]
    assert books.balances("EU")["4090"] == "15.00"
    assert books.do("rate_usage", through="2026-11-15") == []


def test_a_fee_in_advance_and_a_fee_at_the_start_cost_less(books):
    """A tenth off 99.00 a month in advance and 50.00 once; what is deferred is what is paid."""
    books.entity("US", "USD")
    items = [
        {"item": "fee", "kind": "recurring", "amount": "99.00", "interval": "month",
         "timing": "in_advance"},
        {"item": "setup", "kind": "one_time", "amount": "50.00"},
    ]  # fmt: skip
    books.do("publish_plan", plan="fees", currency="USD", from_="2026-01-01", items=items)
    books.customer("acme", "US", "USD", "fees")
    books.do("add_discount", discount="d", account="acme", percent="10", from_="2026-10-01",
             until="2026-11-01")  # fmt: skip
    books.do("issue_invoices", through="2026-10-01", on="2026-10-01")
    assert [line[:2] for line in books.lines("US-2026-000001")] == [
        ("fee", "89.10"), ("setup", "45.00"),
    ]  # fmt: skip
    assert books.balances() == {
        "1100": "134.10", "2100": "-89.10", "4000": "-50.00", "4090": "5.00",
    }  # fmt: skip
    books.do("issue_invoices", through="2026-11-01", on="2026-11-01")
    assert [row[1] for row in books.documents("acme")] == ["134.10", "99.00"]
