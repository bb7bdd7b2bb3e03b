"""Cash that goes back where it came from: a payment returned, or disputed and decided.

What no invoice took goes first, then the newest application: so the fewest invoices reopen, and
those paid first stay paid. Worked example: of a payment of 600.00 that paid 583.10 of A, 50.00
comes back: 16.90 out of unapplied cash, and A is open by 33.10.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from ledger.errors import AmountTooLarge, PaymentDisputed, PaymentSpent
from ledger.events.cash import Application
from ledger.events.receivables import (
    CREDIT,
    DISPUTED,
    LOST,
    RECEIVABLE,
    RELIEVED,
    UNAPPLIED,
    Movement,
)
from ledger.money import ZERO, plain
from ledger.receivables.items import Paid

NONE: Mapping[str, Decimal] = MappingProxyType({})


def returned(paid: Paid, amount: Decimal | None) -> tuple[Movement, ...]:
    """Return what a return does: its invoices reopen; by default all that is left goes back."""
    unapplied, parts = _taken(paid, amount)
    cash = [Movement(UNAPPLIED, -unapplied, payment=paid.payment)] if unapplied else []
    reopened = [Movement(RECEIVABLE, each.amount, each.invoice, paid.payment) for each in parts]
    return (*cash, *reopened)


def disputed(paid: Paid, amount: Decimal, dispute: str) -> tuple[Movement, ...]:
    """Return what a dispute claims: invoices stay paid, and unapplied cash is held."""
    unapplied, parts = _taken(paid, amount)
    cash = [Movement(DISPUTED, unapplied, None, paid.payment, dispute)] if unapplied else []
    claimed = [
        Movement(DISPUTED, each.amount, each.invoice, paid.payment, dispute) for each in parts
    ]
    return (*cash, *claimed)


def won(claims: tuple[Movement, ...]) -> tuple[Movement, ...]:
    """Return what a won dispute does: nothing is claimed any more."""
    return tuple(_dropped(claim) for claim in claims)


def lost(
    claims: tuple[Movement, ...],
    credit: Mapping[str, Decimal] = NONE,
    relief: Mapping[str, Decimal] = NONE,
) -> tuple[Movement, ...]:
    """Return what a lost one does: held cash is gone, and what paid invoices counts as lost.

    ``credit`` is, per invoice, what of that is no loss, for it had been credited to the customer's
    balance, which gives it back. ``relief`` is the tax that is given back, per invoice.
    """
    gone = [
        Movement(LOST, claim.amount, claim.invoice, claim.payment, claim.dispute)
        if claim.invoice
        else Movement(UNAPPLIED, -claim.amount, None, claim.payment, claim.dispute)
        for claim in claims
    ]
    borne = [
        Movement(balance, -part, claim.invoice, None, claim.dispute)
        for claim in claims
        if (part := credit.get(claim.invoice or "", ZERO))
        for balance in (CREDIT, LOST)
    ]
    back = [
        Movement(RELIEVED, tax, claim.invoice, claim.payment, claim.dispute)
        for claim in claims
        if (tax := relief.get(claim.invoice or "", ZERO))
    ]
    return (*won(claims), *gone, *borne, *back)


def _dropped(claim: Movement) -> Movement:
    return Movement(DISPUTED, -claim.amount, claim.invoice, claim.payment, claim.dispute)


def _taken(paid: Paid, amount: Decimal | None) -> tuple[Decimal, list[Application]]:
    """Split an amount into unapplied cash and applications; refuse more than is left."""
    if paid.dispute is not None:
        raise PaymentDisputed(field="payment", payment=paid.payment, dispute=paid.dispute)
    if not paid.left:
        raise PaymentSpent(field="payment", payment=paid.payment)
    amount = paid.left if amount is None else amount
    if amount > paid.left:
        what = f"the payment {paid.payment}"
        raise AmountTooLarge(
            field="amount", amount=plain(amount), limit=plain(paid.left), what=what
        )
    unapplied = min(paid.unapplied, amount)
    return unapplied, _newest(paid, amount - unapplied)


def _newest(paid: Paid, amount: Decimal) -> list[Application]:
    """Take applications from the newest on; one invoice is named once."""
    parts: dict[str, Decimal] = {}
    for each in reversed(paid.applications):
        taken = min(each.amount, amount)
        if taken:
            parts[each.invoice] = parts.get(each.invoice, ZERO) + taken
        amount -= taken
    return [Application(invoice, taken) for invoice, taken in parts.items()]
