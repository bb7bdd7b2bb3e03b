"""Discounts: per cent of each charge, or an amount once per billing day, split over its charges.

A charge's billing day is the first on which it can be billed: its first day in advance, the last
of its period in arrears. It has a discount whose days hold that day. Percentages come first, then
amounts, each in the order of start and id; each takes off what those before it left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.credits.draws import ChargeKey
from ledger.events.credit import DiscountAdded
from ledger.money import HUNDRED, allocate, digits, round_ratio

DISCOUNTED = ("usage", "recurring", "one_time")


@dataclass(frozen=True)
class Priced:
    """What discounts look at of a charge: ``due`` is rounded, as prices state it."""

    key: ChargeKey
    kind: str
    billed_on: date
    due: Decimal


Taken = list[tuple[str, Decimal]]
"""What each discount takes off one charge, in order."""


def discounted(
    charges: Iterable[Priced],
    discounts: Iterable[DiscountAdded],
    currency: str,
    mode: str = "half_up",
) -> dict[ChargeKey, Taken]:
    """Return what the discounts take off each charge; no charge falls below zero by them."""
    ordered = sorted(charges, key=lambda charge: charge.key)
    left = {charge.key: charge.due for charge in ordered}
    taken: dict[ChargeKey, Taken] = {}
    for discount in sorted(discounts, key=_order):
        scope = [charge for charge in ordered if _reaches(discount, charge)]
        for key, amount in _shares(discount, scope, left, digits(currency), mode):
            if amount:
                taken.setdefault(key, []).append((discount.discount, amount))
                left[key] -= amount
    return taken


def _order(discount: DiscountAdded) -> tuple[bool, date, str]:
    return discount.percent is None, discount.starts_on, discount.discount


def _reaches(discount: DiscountAdded, charge: Priced) -> bool:
    return (
        charge.kind in DISCOUNTED
        and discount.starts_on <= charge.billed_on
        and (discount.until is None or charge.billed_on < discount.until)
        and discount.subscription in (None, charge.key.subscription)
        and (not discount.items or charge.key.item in discount.items)
    )


def _shares(
    discount: DiscountAdded,
    scope: Sequence[Priced],
    left: Mapping[ChargeKey, Decimal],
    places: int,
    mode: str,
) -> list[tuple[ChargeKey, Decimal]]:
    """Return what one discount takes off each of its charges; of a credit it takes its share."""
    if discount.percent is not None:
        return [
            (charge.key, round_ratio(left[charge.key], discount.percent, HUNDRED, places, mode))
            for charge in scope
        ]
    assert discount.amount is not None, "a discount is a percentage or an amount"
    shares: list[tuple[ChargeKey, Decimal]] = []
    for day in sorted({charge.billed_on for charge in scope}):
        keys = [c.key for c in scope if c.billed_on == day and left[c.key] > 0]
        weights = [left[key] for key in keys]
        if keys:
            total = min(discount.amount, sum(weights[1:], weights[0]))
            shares += zip(keys, allocate(total, weights, places), strict=True)
    return shares
