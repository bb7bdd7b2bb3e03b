"""What goes back first, and what a dispute claims of a payment."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ledger.errors import AmountTooLarge, PaymentDisputed, PaymentSpent
from ledger.events.cash import Application
from ledger.receivables.back import disputed, lost, returned, won
from ledger.receivables.items import Paid

AT = datetime(2026, 11, 1, tzinfo=UTC)


def paid(unapplied, *applied, dispute=None):
    parts = tuple(Application(invoice, Decimal(amount)) for invoice, amount in applied)
    return Paid("p-1", AT, Decimal(unapplied), parts, dispute=dispute)


def shown(movements):
    return [f"{one.balance} {one.invoice or '-'} {one.amount}" for one in movements]


@pytest.mark.parametrize(("amount", "expected"), [
    ("10.00", ["unapplied - -10.00"]),
    ("16.90", ["unapplied - -16.90"]),
    ("50.00", ["unapplied - -16.90", "receivable B 33.10"]),
    ("100.00", ["unapplied - -16.90", "receivable B 40.00", "receivable A 43.10"]),
    (None, ["unapplied - -16.90", "receivable B 40.00", "receivable A 60.00"]),
])  # fmt: skip
def test_unapplied_cash_goes_back_first_then_the_newest_application(amount, expected):
    payment = paid("16.90", ("A", "60.00"), ("B", "40.00"))
    assert shown(returned(payment, None if amount is None else Decimal(amount))) == expected


def test_an_invoice_that_was_paid_in_parts_is_named_once():
    payment = paid("0", ("A", "10.00"), ("B", "5.00"), ("A", "7.00"))
    assert shown(returned(payment, Decimal("20.00"))) == ["receivable A 15.00", "receivable B 5.00"]


def test_more_than_is_left_is_refused():
    with pytest.raises(AmountTooLarge):
        returned(paid("1.00", ("A", "2.00")), Decimal("3.01"))
    with pytest.raises(PaymentSpent):
        returned(paid("0"), None)
    with pytest.raises(PaymentDisputed):
        returned(paid("1.00", dispute="d-1"), None)


def test_a_lost_claim_takes_held_cash_and_leaves_invoices_paid():
    claims = disputed(paid("5.00", ("A", "10.00")), Decimal("8.00"), "d-1")
    assert shown(claims) == ["disputed - 5.00", "disputed A 3.00"]
    assert shown(won(claims)) == ["disputed - -5.00", "disputed A -3.00"]
    assert shown(lost(claims)) == [
        "disputed - -5.00", "disputed A -3.00", "unapplied - -5.00", "lost A 3.00",
    ]  # fmt: skip


def test_what_was_credited_before_is_taken_from_the_balance_and_not_lost():
    claims = disputed(paid("0", ("A", "10.00"), ("B", "4.00")), Decimal("14.00"), "d-1")
    assert shown(lost(claims, {"A": Decimal("2.50")}, {"A": Decimal("1.20")}))[2:] == [
        "lost B 4.00", "lost A 10.00", "credit A -2.50", "lost A -2.50", "relieved A 1.20",
    ]  # fmt: skip
