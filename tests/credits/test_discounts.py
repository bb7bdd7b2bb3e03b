"""Discounts: percentages first, then amounts; split over a billing day, never below zero."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ledger.credits.discounts import Priced, discounted
from ledger.credits.draws import ChargeKey
from ledger.events.credit import DiscountAdded
from ledger.events.streams import stream

NOV_30 = date(2026, 11, 30)


def discount(name, percent=None, amount=None, *, starts="2026-11-01", until=None,
             subscription=None, items=()):  # fmt: skip
    return DiscountAdded(
        originator_id=stream("discount", name),
        originator_version=1,
        timestamp=datetime(2026, 11, 1, tzinfo=UTC),
        discount=name,
        account="acme",
        starts_on=date.fromisoformat(starts),
        subscription=subscription,
        percent=None if percent is None else Decimal(percent),
        amount=None if amount is None else Decimal(amount),
        until=date.fromisoformat(until) if until else None,
        items=items,
    )


def priced(due, item="api", *, kind="usage", on=NOV_30, subscription="s-1"):
    return Priced(ChargeKey(date(2026, 11, 1), subscription, item), kind, on, Decimal(due))


def off(charges, *discounts):
    found = discounted(charges, discounts, "USD")
    return {key.item: [(name, str(amount)) for name, amount in taken]
            for key, taken in found.items()}  # fmt: skip


def test_a_percentage_of_each_charge():
    assert off([priced("10.05"), priced("0.04", "disk")], discount("d", percent=10)) == {
        "api": [("d", "1.01")]
    }


def test_an_amount_once_a_day_is_split_by_largest_remainder():
    """22.50 over 33.33, 66.67 and 50.00, as in the allocation table."""
    charges = [priced("33.33", "a"), priced("66.67", "b"), priced("50.00", "c")]
    assert off(charges, discount("d", amount="22.50")) == {
        "a": [("d", "5.00")], "b": [("d", "10.00")], "c": [("d", "7.50")],
    }  # fmt: skip


def test_another_billing_day_has_the_amount_again():
    charges = [priced("8.00", "fee", kind="recurring", on=date(2026, 11, 1)), priced("20.00")]
    assert off(charges, discount("d", amount="10.00")) == {
        "fee": [("d", "8.00")], "api": [("d", "10.00")],
    }  # fmt: skip


def test_percentages_come_first_and_each_takes_of_what_is_left():
    found = off([priced("100.00")], discount("a", amount="10.00"), discount("b", percent=50),
                discount("c", percent=10, starts="2026-10-01"))  # fmt: skip
    assert found == {"api": [("c", "10.00"), ("b", "45.00"), ("a", "10.00")]}


def test_it_is_for_its_days_its_subscription_and_its_items():
    charges = [priced("100.00")]
    assert off(charges, discount("d", percent=10, until="2026-11-30")) == {}
    assert off(charges, discount("d", percent=10, starts="2026-12-01")) == {}
    assert off(charges, discount("d", percent=10, subscription="s-2")) == {}
    assert off(charges, discount("d", percent=10, items=("disk",))) == {}
    assert off([priced("100.00", kind="commitment")], discount("d", percent=10)) == {}
    assert off([priced("100.00", kind="grant")], discount("d", percent=10)) == {}


def test_a_credit_gives_its_percentage_back_and_takes_no_amount():
    charges = [priced("-50.00"), priced("20.00", "disk")]
    assert off(charges, discount("d", percent=10)) == {
        "api": [("d", "-5.00")], "disk": [("d", "2.00")],
    }  # fmt: skip
    assert off(charges, discount("d", amount="30.00")) == {"disk": [("d", "20.00")]}


cents = st.integers(-2_000, 20_000).map(lambda n: Decimal(n).scaleb(-2))
one = st.builds(
    discount,
    st.integers(0, 99).map(str),
    percent=st.integers(1, 100),
) | st.builds(
    discount,
    st.integers(100, 199).map(str),
    amount=st.integers(1, 9_999).map(lambda n: Decimal(n).scaleb(-2)),
    items=st.sampled_from([(), ("i0", "i1")]),
)


@given(st.lists(cents, max_size=5), st.lists(one, max_size=4, unique_by=lambda d: d.discount),
       st.randoms())  # fmt: skip
def test_no_charge_falls_below_zero_and_order_does_not_matter(dues, discounts, random):
    charges = [priced(due, f"i{n}") for n, due in enumerate(dues)]
    found = discounted(charges, discounts, "USD")
    random.shuffle(charges)
    random.shuffle(discounts)
    assert discounted(charges, discounts, "USD") == found
    for charge in charges:
        left = charge.due - sum(amount for _, amount in found.get(charge.key, []))
        assert left >= 0 if charge.due >= 0 else charge.due <= left <= 0
    for each in discounts:
        if each.amount is not None:
            taken = [a for t in found.values() for name, a in t if name == each.discount]
            assert sum(taken) <= each.amount
