"""Whose the credit balance is: the oldest is spent first, and a lost dispute takes its own."""

from decimal import Decimal

import pytest

from ledger.events.receivables import DISPUTED, Movement
from ledger.receivables.credits import Credit, spent, taken_by

CREDITS = (
    Credit("A", Decimal("10.00")),
    Credit(None, Decimal("2.00")),
    Credit("B", Decimal("5.00")),
    Credit("A", Decimal("3.00")),
)


def claim(invoice: str | None, amount: str) -> Movement:
    return Movement(DISPUTED, Decimal(amount), invoice, "p-1", "d-1")


def shown(purse) -> list[str]:
    return [f"{each.invoice or '-'} {each.amount}" for each in purse]


def test_the_oldest_is_spent_first():
    assert shown(spent(CREDITS, Decimal("11.50"))) == ["- 0.50", "B 5.00", "A 3.00"]
    assert spent(CREDITS, Decimal("20.00")) == ()


def test_of_one_invoice_the_others_stay():
    assert shown(spent(CREDITS, Decimal("11.50"), "A")) == ["- 2.00", "B 5.00", "A 1.50"]


def test_no_more_is_spent_than_there_is():
    with pytest.raises(AssertionError):
        spent(CREDITS, Decimal("5.01"), "B")


def test_a_lost_dispute_takes_what_its_invoices_left_there():
    claims = [claim("A", "11.00"), claim("B", "7.00"), claim("C", "1.00"), claim(None, "9.00")]
    assert taken_by(claims, CREDITS) == {"A": Decimal("11.00"), "B": Decimal("5.00")}
