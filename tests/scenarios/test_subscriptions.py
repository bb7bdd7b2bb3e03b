"""Subscriptions from their start to their end, on invoices and in the books."""

from typing import Any


def fee(item: str, amount: str, **more: Any) -> dict[str, Any]:
    return {"item": item, "kind": "recurring", "amount": amount, "interval": "month",
            "timing": "in_advance", **more}  # fmt: skip


def begin(books: Any, plan: str = "basic", **start: Any) -> None:
    """Open acme in a German entity at 19 %; Basic is 99.00 a month, Pro 249.00."""
    books.entity("EU", "EUR")
    books.do("set_tax_rate", code="vat", rate="19", category="S", from_="2026-01-01")
    for name, amount in (("basic", "99"), ("pro", "249")):
        books.do("publish_plan", plan=name, currency="EUR", from_="2026-01-01",
                 items=[fee(name, amount)])  # fmt: skip
    open_acme(books, plan, **start)


def open_acme(books: Any, plan: str, **start: Any) -> None:
    books.do("open_account", account="acme", entity="EU", name="Acme", currency="EUR", tax="vat")
    books.do("start_subscription", subscription="s", account="acme", plan=plan,
             **{"from_": "2026-12-01", **start})  # fmt: skip


def issue(books: Any, through: str, on: str | None = None) -> list[str]:
    return books.do("issue_invoices", through=through, on=on or through)


def test_an_upgrade_in_the_middle_of_december(books):
    """Basic is billed on the 1st; Pro from the 12th nets what is left of Basic."""
    begin(books)
    issue(books, "2026-12-01")
    assert books.documents("acme") == [("EU-2026-000001", "99.00", "18.81", "117.81", "117.81")]
    books.do("change_subscription", subscription="s", from_="2026-12-12", plan="pro")
    assert issue(books, "2026-12-11") == []
    issue(books, "2026-12-12")
    assert books.documents("acme")[1:] == [("EU-2026-000002", "96.78", "18.39", "115.17", "115.17")]
    assert books.lines("EU-2026-000002") == [("basic", "-63.87", "-12.13"), ("pro", "160.65",
                                             "30.52")]  # fmt: skip
    assert books.balances("EU") == {"1100": "232.98", "2100": "-195.78", "2200": "-37.20"}
    assert issue(books, "2026-12-31") == []


def test_a_downgrade_that_gives_more_back_than_it_costs(books):
    begin(books, "pro")
    issue(books, "2026-12-01")
    books.do("change_subscription", subscription="s", from_="2026-12-12", plan="basic")
    facts = issue(books, "2026-12-12")
    assert "credit_note.issued" in facts
    # 249 − 88.35 = 160.65 back, 63.87 to pay: 96.78 and 18.39 of tax go to the balance
    assert books.documents("acme")[1][1:4] == ("96.78", "18.39", "115.17")
    assert books.balances("EU")["2100"] == "-152.22"


def test_a_fee_in_arrears_is_revenue_day_by_day_and_billed_when_its_month_is_over(books):
    books.entity("EU", "EUR")
    books.do("publish_plan", plan="basic", currency="EUR", from_="2026-01-01",
             items=[fee("support", "310", timing="in_arrears")])  # fmt: skip
    books.do("open_account", account="acme", entity="EU", name="Acme", currency="EUR")
    books.do("start_subscription", subscription="s", account="acme", plan="basic",
             from_="2026-12-01")  # fmt: skip
    books.do("rate_usage", through="2026-12-10")
    assert books.balances("EU") == {"1150": "100.00", "4000": "-100.00"}
    assert issue(books, "2026-12-30") == []
    issue(books, "2026-12-31")
    assert books.balances("EU") == {"1100": "310.00", "4000": "-310.00"}
    assert books.journal("EU")[-4:] == [
        ("2026-12-31", "recurring_accrued", "1150", "210.00"),
        ("2026-12-31", "recurring_accrued", "4000", "-210.00"),
        ("2026-12-31", "invoice_issued", "1100", "310.00"),
        ("2026-12-31", "invoice_issued", "1150", "-310.00"),
    ]


def test_seats_and_a_setup_fee(books):
    books.entity("EU", "EUR")
    items = [fee("seat", "10"), {"item": "setup", "kind": "one_time", "amount": "50"}]
    books.do("publish_plan", plan="team", currency="EUR", from_="2026-01-01", items=items)
    books.do("open_account", account="acme", entity="EU", name="Acme", currency="EUR")
    books.do("start_subscription", subscription="s", account="acme", plan="team",
             from_="2026-12-01", quantity={"seat": "5"})  # fmt: skip
    issue(books, "2026-12-01")
    assert books.lines("EU-2026-000001") == [("seat", "50.00", "0.00"), ("setup", "50.00", "0.00")]
    assert books.balances("EU") == {"1100": "100.00", "2100": "-50.00", "4000": "-50.00"}
    books.do("change_subscription", subscription="s", from_="2026-12-16", quantity={"seat": "8"})
    issue(books, "2026-12-16")
    # 16 of 31 days: 25.81 of five seats back, 41.29 for eight
    assert books.lines("EU-2026-000002") == [("seat", "-25.81", "0.00"), ("seat", "41.29", "0.00")]
    issue(books, "2027-01-01")
    assert books.lines("EU-2027-000001") == [("seat", "80.00", "0.00")]


def test_an_end_with_credit_gives_back_what_is_not_earned(books):
    begin(books)
    issue(books, "2026-12-01")
    books.do("end_subscription", subscription="s", on="2026-12-12", credit_unused=True)
    facts = issue(books, "2026-12-12")
    assert "credit_note.issued" in facts
    assert books.documents("acme")[1][1:4] == ("63.87", "12.14", "76.01")
    assert books.balances("EU")["2100"] == "-35.13"
    assert issue(books, "2027-03-31") == []


def test_an_end_without_credit_keeps_the_month_and_bills_no_other(books):
    begin(books)
    issue(books, "2026-12-01")
    books.do("end_subscription", subscription="s", on="2026-12-12")
    assert issue(books, "2027-03-31") == []
    assert books.balances("EU")["2100"] == "-99.00"


def test_a_retroactive_price_gives_a_credit_note_and_not_a_netted_line(books):
    begin(books)
    issue(books, "2026-12-01")
    issue(books, "2027-01-01")
    books.do("publish_plan", plan="basic", currency="EUR", from_="2026-12-01",
             items=[fee("basic", "89")])  # fmt: skip
    issue(books, "2027-01-15")
    notes = [row for row in books.documents("acme") if "-CN-" in row[0]]
    assert [row[1:4] for row in notes] == [("10.00", "1.90", "11.90")] * 2


def test_usage_after_a_plan_changed_is_priced_by_the_new_plan(books):
    books.entity("US", "USD")
    one, two = ({"type": "per_unit", "unit": unit} for unit in ("0.01", "0.02"))
    books.plan("basic", "USD", one)
    books.plan("pro", "USD", two)
    books.customer("acme", "US", "USD", "basic")
    books.use("acme", "1", "2026-10-10", "1000")
    books.use("acme", "2", "2026-10-20", "1000")
    books.do("rate_usage", through="2026-10-31")
    issue(books, "2026-10-31")
    assert books.balances() == {"1100": "20.00", "4010": "-20.00"}
    books.do("change_subscription", subscription="acme-1", from_="2026-10-15", plan="pro")
    books.do("rate_usage", through="2026-11-05")
    assert books.charges("acme")[1:] == [
        ("acme-1/item-1/2026-10-01/2", "10", "-10"),
        ("acme-1/item-1/2026-10-15/1", "20", "20"),
    ]
    issue(books, "2026-11-05")
    assert books.lines("US-2026-000002") == [("item-1", "-10.00", "0.00"), ("item-1", "20.00",
                                             "0.00")]  # fmt: skip
    assert books.balances() == {"1100": "30.00", "4010": "-30.00"}


def test_usage_of_an_ended_subscription_is_billed_and_later_usage_is_not(books):
    books.entity("US", "USD")
    books.plan("basic", "USD", {"type": "per_unit", "unit": "0.01"})
    books.customer("acme", "US", "USD", "basic")
    books.use("acme", "1", "2026-10-10", "1000")
    books.use("acme", "2", "2026-10-20", "5000")
    books.do("end_subscription", subscription="acme-1", on="2026-10-15")
    books.do("rate_usage", through="2026-10-14")
    issue(books, "2026-10-14")
    books.do("rate_usage", through="2026-12-31")
    assert books.balances() == {"1100": "10.00", "4010": "-10.00"}
