"""What an entry is for, by what it names."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ledger.banking.match import (
    Excepted,
    Known,
    Owner,
    Pays,
    Returns,
    Standing,
    Stands,
    numbers,
    propose,
    share,
)
from ledger.banking.statement import Entry

DAY = date(2026, 11, 3)
ACME, BETA = Owner("acme", "USD"), Owner("beta", "EUR")
P1 = Standing("payment", "p-1", Decimal("10.00"), "acme")
PO = Standing("payout", "po-1", Decimal("10.00"))
R1 = Standing("refund", "r-1", Decimal("-10.00"), "acme")
KNOWN = Known(
    invoices={"US-2026-000001": ACME, "US-2026-000002": ACME, "US-2026-000003": BETA},
    accounts={"acme": ACME, "acme-lab": ACME, "beta": BETA},
    standing={"p-1": [P1], "po-1": [PO], "r-1": [R1]},
)


def credit(*text: str, structured: tuple[str, ...] = (), amount: str = "10.00") -> Entry:
    return Entry(("k",), Decimal(amount), DAY, DAY, text=text, structured=structured)


def matched(entry: Entry, currency: str = "USD"):
    return propose(entry, "US", currency, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "US-2026-000001",
        "invoice us-2026-000001, thanks",
        "(US-2026-000001)",
        "INV/US-2026-000001/NOV",
        "US-2026-000001 US-2026-999999",
    ],
)
def test_an_invoice_number_is_found_in_text(text):
    assert matched(credit(text)) == Pays("acme", ("US-2026-000001",))


@pytest.mark.parametrize(
    "text", ["US-2026-0000011", "BUS-2026-000001", "US-2026-000001-2", "US-CN-2026-000001", "acme"]
)
def test_only_a_token_of_its_own_is_an_invoice_number(text):
    assert matched(credit(text)) == Excepted("no_reference")


def test_several_invoices_of_one_payer_are_paid_in_the_order_named():
    found = matched(credit("US-2026-000002 and US-2026-000001"))
    assert found == Pays("acme", ("US-2026-000002", "US-2026-000001"))


def test_a_creditor_reference_of_iso_11649_carries_a_number():
    assert numbers(credit(structured=("RF05 US20 2600 0000 01",)), "US") == ()
    assert numbers(credit(structured=("RF98US2026000001",)), "US") == ("US-2026-000001",)


def test_invoices_of_two_payers_are_ambiguous():
    found = matched(credit("US-2026-000001 US-2026-000003"))
    assert found == Excepted("ambiguous", "US-2026-000001, US-2026-000003")


def test_another_currency_is_an_exception():
    assert matched(credit("US-2026-000003")) == Excepted("wrong_currency", "EUR")
    assert matched(credit("US-2026-000003"), "EUR") == Pays("beta", ("US-2026-000003",))


def test_an_account_counts_in_a_field_of_its_own_only():
    assert matched(credit("acme")) == Excepted("no_reference")
    assert matched(credit(structured=("acme-lab",))) == Pays("acme")
    assert matched(credit(structured=("acme", "beta"))) == Excepted("ambiguous", "acme, beta")


def test_what_stands_in_the_books_is_not_booked_again():
    assert matched(credit(structured=("p-1",))) == Stands(P1)
    assert matched(credit("PAYOUT po-1")) == Stands(PO)
    assert matched(credit("US-2026-000001", structured=("p-1",))) == Stands(P1)


def test_what_stands_with_another_amount_is_an_exception():
    assert matched(credit(structured=("p-1",), amount="9.99")) == Excepted("amount_differs", "p-1")


def test_two_things_that_stand_are_ambiguous():
    assert matched(credit("p-1 po-1")) == Excepted("ambiguous", "p-1, po-1")


def test_a_return_names_its_payment():
    back = replace(credit(structured=("p-1",), amount="-10.00"), returned="AC04")
    assert matched(back) == Returns("p-1", "acme", "AC04")
    assert matched(replace(back, structured=("p-9",))) == Excepted("return_unmatched")


def test_a_debit_is_a_refund_that_stands_or_an_exception():
    assert matched(credit(structured=("r-1",), amount="-10.00")) == Stands(R1)
    assert matched(credit("salary", amount="-10.00")) == Excepted("debit")
    assert matched(credit(structured=("p-1",), amount="-10.00")) == Excepted("debit")


def test_a_reversed_debit_is_an_exception():
    assert matched(replace(credit("US-2026-000001"), reversal=True)) == Excepted("reversal")


def test_an_amount_is_shared_in_order_up_to_what_is_open():
    is_open = {"a": Decimal("3.00"), "b": Decimal("5.00")}
    assert share(Decimal("10.00"), ["b", "x", "a"], is_open) == [
        ("b", Decimal("5.00")), ("a", Decimal("3.00")),
    ]  # fmt: skip
    assert share(Decimal("4.00"), ["b", "a"], is_open) == [("b", Decimal("4.00"))]
    assert share(Decimal("4.00"), ["x"], is_open) == []
