"""Payments in the books: cash in, receivables down, the rest unapplied."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger.events.cash import Application, PaymentCaptured
from ledger.events.streams import stream
from ledger.posting.cash import payment

AT = datetime(2026, 11, 10, 4, tzinfo=UTC)


def captured(amount, via, *applied):
    applications = tuple(Application(number, Decimal(part)) for number, part in applied)
    return PaymentCaptured(
        originator_id=stream("payment", "p-1"),
        originator_version=1,
        timestamp=AT,
        payment="p-1",
        entity="US",
        account="acme",
        currency="USD",
        amount=Decimal(amount),
        on=date(2026, 11, 10),
        via=via,
        applications=applications,
        unapplied=Decimal(amount) - sum(one.amount for one in applications),
    )


def posted(fact):
    entry = payment(fact, date(2026, 11, 10), AT)
    return [f"{one.account} {one.invoice or '-'} {one.amount}" for one in entry.lines]


def test_an_overpayment_leaves_unapplied_cash():
    """Invoice 583.10, the customer pays 600.00."""
    assert posted(captured("600.00", "bank", ("A", "583.10"))) == [
        "1000 - 600.00",
        "1100 A -583.10",
        "2130 - -16.90",
    ]


def test_one_payment_settles_several_invoices():
    assert posted(captured("30.00", "psp", ("A", "10.00"), ("B", "20.00"))) == [
        "1010 - 30.00",
        "1100 A -10.00",
        "1100 B -20.00",
    ]


def test_a_payment_without_invoices_is_all_unapplied():
    assert posted(captured("5.00", "bank")) == ["1000 - 5.00", "2130 - -5.00"]


@pytest.mark.parametrize("via", ["bank", "psp"])
def test_every_line_names_the_customer_and_the_payment(via):
    entry = payment(captured("5.00", via, ("A", "5.00")), date(2026, 11, 10), AT)
    assert {(one.customer, one.payment) for one in entry.lines} == {("acme", "p-1")}
    assert (entry.entry, entry.rule) == ("payment/p-1", "payment_captured@1")
