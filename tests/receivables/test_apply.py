"""Applying payments: oldest due first by default, as asked otherwise, never beyond what is open."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import AmountTooLarge, BadValue, InvoiceSettled, UnknownInvoice
from ledger.events.cash import Application
from ledger.receivables.apply import apply_payment
from ledger.receivables.state import Item, Receivables

DAY = date(2026, 11, 1)


def owing(*items):
    """Receivables with these (number, due in days, open)."""
    return Receivables(
        {
            number: Item(
                number,
                DAY,
                DAY + timedelta(days=due),
                Decimal(1000),
                Decimal(is_open),
                Decimal(is_open),
            )
            for number, due, is_open in items
        }
    )


STATE = owing(("A", 30, "50.00"), ("B", 10, "20.00"), ("C", 10, "0.00"))


def ask(*pairs):
    return [Application(number, Decimal(amount)) for number, amount in pairs]


def applied(amount, requested=None):
    done = apply_payment(STATE, Decimal(amount), requested)
    return [f"{one.invoice} {one.amount}" for one in done.applications], str(done.unapplied)


def test_by_default_the_oldest_due_is_settled_first():
    assert applied("15.00") == (["B 15.00"], "0.00")
    assert applied("30.00") == (["B 20.00", "A 10.00"], "0.00")
    assert applied("600.00") == (["B 20.00", "A 50.00"], "530.00")


def test_a_request_is_followed():
    assert applied("30.00", ask(("A", "25.00"))) == (["A 25.00"], "5.00")
    assert applied("30.00", ask(("A", "5.00"), ("A", "6.00"))) == (["A 11.00"], "19.00")
    assert applied("30.00", []) == ([], "30.00")


@pytest.mark.parametrize(
    ("amount", "requested", "error", "field"),
    [
        ("30.00", ask(("Z", "1.00")), UnknownInvoice, "apply"),
        ("30.00", ask(("C", "1.00")), InvoiceSettled, "apply"),
        ("30.00", ask(("B", "20.01")), AmountTooLarge, "apply"),
        ("30.00", ask(("B", "15.00"), ("B", "5.01")), AmountTooLarge, "apply"),
        ("30.00", ask(("A", "20.00"), ("B", "10.01")), AmountTooLarge, "apply"),
        ("30.00", ask(("A", "0.00")), BadValue, "apply"),
        ("30.00", ask(("A", "-1.00")), BadValue, "apply"),
        ("0.00", None, BadValue, "amount"),
        ("-5.00", None, BadValue, "amount"),
    ],
)
def test_what_does_not_fit_is_refused(amount, requested, error, field):
    with pytest.raises(error) as refused:
        apply_payment(STATE, Decimal(amount), requested)
    assert refused.value.field == field


def test_the_refusal_says_what_is_open():
    with pytest.raises(AmountTooLarge) as refused:
        apply_payment(STATE, Decimal(30), ask(("B", "20.01")))
    assert str(refused.value) == (
        "20.01 is more than the 20.00 that the open balance of B allows; lower it."
    )


cents = st.integers(0, 10_000).map(lambda n: Decimal(n).scaleb(-2))
states = st.lists(st.tuples(st.integers(0, 60), cents), max_size=6).map(
    lambda items: owing(*((f"I-{n}", *item) for n, item in enumerate(items)))
)


@settings(deadline=None, max_examples=200)
@given(states, cents.filter(bool))
def test_the_parts_of_a_payment_are_the_payment(state, amount):
    done = apply_payment(state, amount)
    used = sum((one.amount for one in done.applications), Decimal(0))
    assert used + done.unapplied == amount
    assert all(0 < one.amount <= state.items[one.invoice].open for one in done.applications)
    assert len({one.invoice for one in done.applications}) == len(done.applications)
    if done.unapplied:
        assert used == sum((item.open for item in state.open_items), Decimal(0))
    whole = [one for one in done.applications if one.amount == state.items[one.invoice].open]
    assert len(whole) >= len(done.applications) - 1
    order = [item.invoice for item in state.open_items]
    assert [one.invoice for one in done.applications] == order[: len(done.applications)]
