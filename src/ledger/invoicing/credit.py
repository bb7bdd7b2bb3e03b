"""The tax of a credit note: what its original still holds, less what it will hold afterwards.

An invoice of 0.03 and 0.03 at 15 % bears 0.009 → 0.01. The first credit note of 0.03 leaves a base
of 0.03 with tax round(0.0045) = 0.00, so it takes back 0.01; the second takes back 0.00. Whatever
the order, credit notes end exactly at the invoice.
"""

from collections.abc import Sequence
from decimal import Decimal

from ledger.invoicing.originals import BilledLine, Originals
from ledger.invoicing.parts import Part
from ledger.invoicing.tax import Rounding, Taxed, tax_on
from ledger.money import ZERO, allocate


def credited_lines(
    back: Sequence[tuple[Part, BilledLine]], earlier: Originals, rounding: Rounding
) -> list[Taxed]:
    """Return net and tax, positive, of each part that goes back against one invoice."""
    taxes = [ZERO] * len(back)
    for group in dict.fromkeys(billed.group for _, billed in back):
        members = [i for i, (_, billed) in enumerate(back) if billed.group == group]
        shares = _group_taxes([back[i] for i in members], earlier, rounding)
        for i, share in zip(members, shares, strict=True):
            taxes[i] = share
    return [
        Taxed(part.amount - tax if part.billable.tax_inclusive else part.amount, tax)
        for (part, _), tax in zip(back, taxes, strict=True)
    ]


def _group_taxes(
    back: Sequence[tuple[Part, BilledLine]], earlier: Originals, rounding: Rounding
) -> list[Decimal]:
    billed = back[0][1]
    inclusive = billed.invoice.tax_inclusive
    left = earlier.by_group[billed.group]
    amounts = [part.amount for part, _ in back]
    after = left.amount(inclusive) - sum(amounts, ZERO)
    tax = left.tax - tax_on(after, billed.line.rate, inclusive, rounding)
    tax = min(max(tax, ZERO), left.tax)
    shares = allocate(tax, amounts, rounding.places)
    return _fitted(tax, shares, [_bounds(part, one, earlier) for part, one in back])


def _bounds(part: Part, billed: BilledLine, earlier: Originals) -> tuple[Decimal, Decimal]:
    """Return the least and most tax that leaves the line neither net nor tax below zero."""
    left = earlier.by_line[billed.key]
    inclusive = billed.invoice.tax_inclusive
    if part.amount == left.amount(inclusive):
        return left.tax, left.tax
    least = part.amount - left.net if inclusive else ZERO
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
