"""The tax of a credit note: what its original still holds, less what it will hold afterwards.

An invoice of 0.03 and 0.03 at 15 % bears 0.009 → 0.01. The first credit note of 0.03 leaves a base
of 0.03 with tax round(0.0045) = 0.00, so it takes back 0.01; the second takes back 0.00. Whatever
the order, credit notes end exactly at the invoice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.invoicing.originals import BilledLine, Originals
from ledger.invoicing.tax import Rounding, Taxed, tax_on
from ledger.money import ZERO, allocate


@dataclass(frozen=True)
class Back:
    """So much goes back of a line; ``amount`` is gross where it is ``inclusive``, else net."""

    amount: Decimal
    billed: BilledLine
    inclusive: bool


def credited_lines(back: Sequence[Back], earlier: Originals, rounding: Rounding) -> list[Taxed]:
    """Return net and tax, positive, of each amount that goes back against one invoice."""
    taxes = [ZERO] * len(back)
    for group in dict.fromkeys(each.billed.group for each in back):
        members = [i for i, each in enumerate(back) if each.billed.group == group]
        shares = _group_taxes([back[i] for i in members], earlier, rounding)
        for i, share in zip(members, shares, strict=True):
            taxes[i] = share
    return [
        Taxed(each.amount - tax if each.inclusive else each.amount, tax)
        for each, tax in zip(back, taxes, strict=True)
    ]


def _group_taxes(back: Sequence[Back], earlier: Originals, rounding: Rounding) -> list[Decimal]:
    billed, inclusive = back[0].billed, back[0].inclusive
    left = earlier.by_group[billed.group]
    amounts = [each.amount for each in back]
    if not any(amounts):
        return [ZERO] * len(back)
    after = left.amount(inclusive) - sum(amounts, ZERO)
    tax = left.tax - tax_on(after, billed.line.rate, inclusive, rounding)
    tax = min(max(tax, ZERO), left.tax)
    shares = allocate(tax, amounts, rounding.places)
    return _fitted(tax, shares, [_bounds(each, earlier) for each in back])


def _bounds(back: Back, earlier: Originals) -> tuple[Decimal, Decimal]:
    """Return the least and most tax that leaves the line neither net nor tax below zero."""
    left = earlier.by_line[back.billed.key]
    if back.amount == left.amount(back.inclusive):
        return left.tax, left.tax
    least = back.amount - left.net if back.inclusive else ZERO
    return max(least, ZERO), left.tax


def _fitted(
    total: Decimal, shares: Sequence[Decimal], bounds: Sequence[tuple[Decimal, Decimal]]
) -> list[Decimal]:
    """Move minor units between lines until they fit; the group's total goes before the lines."""
    fitted = [min(max(share, low), high) for share, (low, high) in zip(shares, bounds, strict=True)]
    rest = total - sum(fitted, ZERO)
    for i, (low, high) in enumerate(bounds):
        step = min(rest, high - fitted[i]) if rest > 0 else max(rest, low - fitted[i])
        fitted[i] += step
        rest -= step
    fitted[-1] += rest
    return fitted
