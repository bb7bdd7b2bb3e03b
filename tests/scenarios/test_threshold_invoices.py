"""So much is unbilled that it is billed before the period ends; the rest follows to the cent."""

import pytest

PRICE = {"type": "graduated", "tiers": [{"up_to": "1000", "unit": "0.015"}, {"unit": "0.005"}]}


@pytest.fixture
def acme(books):
    """An account with a rising volume and a threshold of 20.00."""
    books.entity("US", "USD")
    books.do("set_tax_rate", code="vat", rate="19", from_="2026-01-01", category="S")
    books.plan("p", "USD", PRICE)
    books.customer("acme", "US", "USD", "p", tax="vat")
    books.do("set_spend_limit", account="acme", from_="2026-10-01", amount="100",
             notify_at=["10", "20"], invoice_at="10.00")  # fmt: skip
    return books


def bill(books, through: str, on: str) -> list[str]:
    return [*books.do("rate_usage", through=through),
            *books.do("issue_invoices", through=through, on=on)]  # fmt: skip


def test_usage_is_billed_as_far_as_it_is_rated_and_the_rest_at_the_end(acme):
    acme.use("acme", "a", "2026-10-03", "600")  # 9.00
    facts = bill(acme, "2026-10-04", "2026-10-05")
    assert "invoice.issued" not in facts
    assert "threshold.crossed" not in facts

    acme.use("acme", "b", "2026-10-08", "333")  # 13.995 so far
    facts = bill(acme, "2026-10-09", "2026-10-10")
    assert facts.count("threshold.crossed") == 1
    assert acme.documents("acme") == [
        ("US-2026-000001", "14.00", "2.66", "16.66", "16.66"),
    ]
    assert acme.balances() == {"1100": "16.66", "2200": "-2.66", "4010": "-14.00"}

    acme.use("acme", "c", "2026-10-20", "267")  # 16.00: the rest waits for the end
    facts = bill(acme, "2026-10-21", "2026-10-22")
    assert "invoice.issued" not in facts
    assert acme.balances()["1150"] == "2.00"

    bill(acme, "2026-10-31", "2026-11-01")
    assert acme.documents("acme")[1:] == [("US-2026-000002", "2.00", "0.38", "2.38", "2.38")]
    assert acme.balances() == {"1100": "19.04", "2200": "-3.04", "4010": "-16.00"}
    assert bill(acme, "2026-10-31", "2026-11-01") == []


def test_so_much_again_is_billed_again(acme):
    for number, day in enumerate(("05", "15", "25")):
        acme.use("acme", f"e{number}", f"2026-10-{day}", "3000")  # 25, 40, 55
        bill(acme, f"2026-10-{day}", f"2026-10-{day}")
    assert [row[1] for row in acme.documents("acme")] == ["25.00", "15.00", "15.00"]
    assert acme.balances()["4010"] == "-55.00"
    assert "1150" not in acme.balances()


def test_a_correction_below_what_was_billed_is_credited_at_the_end(acme):
    acme.use("acme", "a", "2026-10-03", "1000")  # 15.00
    bill(acme, "2026-10-04", "2026-10-05")
    acme.do("correct_usage", source="app", id="a", properties={"quantity": "400"}, reason="twice")
    facts = bill(acme, "2026-10-10", "2026-10-11")  # 6.00, and the period goes on
    assert "credit_note.issued" not in facts
    assert acme.balances()["1150"] == "-9.00"

    acme.use("acme", "b", "2026-10-20", "100")  # 7.50
    facts = bill(acme, "2026-10-31", "2026-11-01")
    assert "credit_note.issued" in facts
    assert acme.documents("acme") == [
        ("US-2026-000001", "15.00", "2.85", "17.85", "8.93"),
        ("US-CN-2026-000001", "7.50", "1.42", "8.92", "0.00"),
    ]
    assert acme.balances() == {"1100": "8.93", "2200": "-1.43", "4010": "-7.50"}


def test_who_has_no_threshold_waits_for_the_end(acme):
    acme.customer("beta", "US", "USD", "p")
    acme.use("beta", "a", "2026-10-03", "5000")
    assert "invoice.issued" not in bill(acme, "2026-10-04", "2026-10-05")


def test_a_lifted_threshold_bills_nothing_early(acme):
    acme.do("set_spend_limit", account="acme", from_="2026-10-02")
    acme.use("acme", "a", "2026-10-03", "5000")
    assert "invoice.issued" not in bill(acme, "2026-10-04", "2026-10-05")
