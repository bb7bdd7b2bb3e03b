"""A minimum per quarter: what is missing at its end, or as a line over its days."""

CALLS = {"type": "per_unit", "unit": "1.00"}


def begin(books, policy, amount="920.00"):
    books.entity("US", "USD")
    books.do("set_tax_rate", code="ten", rate="10", from_="2026-01-01", category="S")
    items = [
        {"item": "calls", "kind": "usage", "meter": "meter-1", "interval": "month",
         "model": CALLS},
        {"item": "least", "kind": "commitment", "amount": amount, "interval": "quarter",
         "policy": policy},
    ]  # fmt: skip
    books.do("publish_plan", plan="min", currency="USD", from_="2026-01-01", items=items)
    books.do("open_account", account="acme", entity="US", name="Acme", currency="USD", tax="ten")
    books.do("start_subscription", subscription="s-1", account="acme", plan="min",
             from_="2026-07-01")  # fmt: skip


def close(books, last):
    books.do("rate_usage", through=last)
    books.do("issue_invoices", through=last, on=last)


def test_as_billed_is_trued_up_when_the_quarter_is_over(books):
    """100.00 + 250.00 of 920.00: 570.00 are missing; 20.00 more of September make it 550.00."""
    begin(books, "as_billed")
    books.use("acme", "e-1", "2026-07-10", "100")
    close(books, "2026-07-31")
    books.use("acme", "e-2", "2026-08-10", "250")
    close(books, "2026-08-31")
    assert books.balances() == {"1100": "385.00", "2200": "-35.00", "4010": "-350.00"}
    close(books, "2026-09-30")
    assert books.lines("US-2026-000003") == [("least", "570.00", "57.00")]
    assert books.balances() == {
        "1100": "1012.00", "2200": "-92.00", "4010": "-350.00", "4020": "-570.00",
    }  # fmt: skip
    books.use("acme", "late", "2026-09-20", "20")
    close(books, "2026-10-15")
    assert books.charges("acme")[-1] == ("s-1/least/2026-07-01/as_billed/2", "550.00", "-20.00")
    assert books.balances() == {
        "1100": "1012.00", "2200": "-92.00", "4010": "-370.00", "4020": "-550.00",
    }  # fmt: skip
    assert books.do("rate_usage", through="2026-10-15") == []


def test_a_straight_line_is_a_contract_asset_until_it_is_billed(books):
    """10.00 a day over 92 days, less the usage to date; in October the next quarter begins."""
    begin(books, "straight_line")
    books.use("acme", "e-1", "2026-07-10", "100")
    close(books, "2026-07-31")
    assert books.balances() == {
        "1100": "110.00", "1160": "210.00", "2200": "-10.00", "4010": "-100.00",
        "4020": "-210.00",
    }  # fmt: skip
    books.use("acme", "e-2", "2026-08-10", "600")
    close(books, "2026-08-31")
    assert "1160" not in books.balances()
    close(books, "2026-09-30")
    assert books.lines("US-2026-000003") == [("least", "220.00", "22.00")]
    assert books.balances() == {
        "1100": "1012.00", "2200": "-92.00", "4010": "-700.00", "4020": "-220.00",
    }  # fmt: skip
    books.do("correct_usage", source="app", id="e-2", properties={"quantity": "500"},
             reason="counted twice")  # fmt: skip
    close(books, "2026-10-15")
    balances = books.balances()
    assert balances == {
        "1100": "1012.00", "1160": "150.00", "2200": "-92.00", "4010": "-600.00",
        "4020": "-470.00",
    }  # fmt: skip


def test_credit_counts_as_paid_and_a_discount_does_not(books):
    begin(books, "as_billed")
    books.do("add_discount", discount="d", account="acme", percent="10", from_="2026-07-01",
             items=["calls"])  # fmt: skip
    books.do("grant_credit", grant="g", account="acme", kind="prepaid", amount="500",
             from_="2026-07-01")  # fmt: skip
    books.use("acme", "e-1", "2026-07-10", "600")
    close(books, "2026-09-30")
    assert [line[:2] for line in books.lines("US-2026-000001")] == [
        ("grant", "500.00"), ("calls", "40.00"), ("least", "380.00"),
    ]  # fmt: skip


def test_a_subscription_that_ends_early_owes_its_days_of_the_minimum(books):
    begin(books, "as_billed")
    books.use("acme", "e-1", "2026-07-10", "100")
    books.do("end_subscription", subscription="s-1", on="2026-08-01")
    close(books, "2026-09-30")
    assert [line[:2] for line in books.lines("US-2026-000001")] == [
        ("calls", "100.00"), ("least", "210.00"),
    ]  # fmt: skip
