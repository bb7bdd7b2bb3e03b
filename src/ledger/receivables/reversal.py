"""A lost dispute under the policy ``revenue``: which revenue, and which tax, is taken back.

An invoice without any revenue (its lines net to nothing) has none to take back; then it is a loss.
"""

from collections.abc import Iterable
from decimal import Decimal

from ledger.events.billing import InvoiceIssued
from ledger.events.disputes import Reversal
from ledger.money import ZERO, allocate, round_ratio
from ledger.receivables.write_off import Rounding


def reversals(
    invoice: InvoiceIssued, amount: Decimal, rounding: Rounding, *, relief: bool
) -> Iterable[Reversal]:
    """Split what was lost of an invoice: net by its revenue accounts, and tax if that comes back.

    Without relief the tax in the amount is not taken back; it stays a loss.
    """
    tax = _tax_in(invoice, amount, rounding)
    sums: dict[str, Decimal] = {}
    for line in invoice.lines:
        sums[line.revenue_account] = sums.get(line.revenue_account, ZERO) + line.net
    shares = {account: net for account, net in sums.items() if net > 0}
    if shares:
        parts = allocate(amount - tax, list(shares.values()), rounding.places)
        for account, part in zip(shares, parts, strict=True):
            yield Reversal(invoice.number, part, account)
    if relief:
        yield Reversal(invoice.number, tax)


def _tax_in(invoice: InvoiceIssued, amount: Decimal, rounding: Rounding) -> Decimal:
    return round_ratio(amount, invoice.tax, invoice.total, rounding.places, rounding.mode)
