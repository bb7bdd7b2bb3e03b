"""The credit balance by the invoices that it came from; what is spent of it is the oldest.

Worked example: credit notes of A and B put 10.00 and 5.00 there. Of 12.00 refunded 10.00 are A's;
3.00 of B are left, and a dispute of B that is lost takes those, one of A nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.events.receivables import Movement
from ledger.money import ZERO


@dataclass(frozen=True)
class Credit:
    """What is left of what a credit note put on the balance; netted documents name no invoice."""

    invoice: str | None
    amount: Decimal


def spent(
    purse: Sequence[Credit], amount: Decimal, invoice: str | None = None
) -> tuple[Credit, ...]:
    """Return what is left when so much is spent, the oldest first, or of one invoice alone."""
    kept: list[Credit] = []
    for each in purse:
        taken = min(each.amount, amount) if invoice in (None, each.invoice) else ZERO
        amount -= taken
        if taken < each.amount:
            kept.append(replace(each, amount=each.amount - taken))
    assert not amount, f"{amount} more was spent than there is: {purse}"
    return tuple(kept)


def taken_by(claims: Iterable[Movement], purse: Sequence[Credit]) -> dict[str, Decimal]:
    """Return what a dispute that is lost takes of the credit of each invoice that it claims."""
    found = {
        claim.invoice: min(
            claim.amount,
            sum((each.amount for each in purse if each.invoice == claim.invoice), ZERO),
        )
        for claim in claims
        if claim.invoice is not None
    }
    return {invoice: amount for invoice, amount in found.items() if amount}
