"""How a payment is applied: to the invoices it names, else to the oldest due first.

What is left over stays unapplied cash; nothing applies it later but a decision of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.errors import AmountTooLarge, BadValue, InvoiceSettled, UnknownInvoice
from ledger.events.cash import Application
from ledger.money import ZERO, plain
from ledger.receivables.state import Receivables


@dataclass(frozen=True)
class Applied:
    """Where a payment went; the parts sum to its amount."""

    applications: tuple[Application, ...]
    unapplied: Decimal


def apply_payment(
    state: Receivables, amount: Decimal, requested: Sequence[Application] | None = None
) -> Applied:
    """Apply a payment as requested, or by default oldest due first; refuse what does not fit.

    Raises UnknownInvoice, InvoiceSettled, AmountTooLarge or BadValue, in the field ``apply``. An
    empty request applies nothing.
    """
    if amount <= 0:
        raise BadValue(field="amount", why="A payment is more than zero; correct the amount.")
    applications = _oldest(state, amount) if requested is None else _checked(state, requested)
    applied = sum((each.amount for each in applications), ZERO)
    if applied > amount:
        raise AmountTooLarge(
            field="apply", amount=plain(applied), limit=plain(amount), what="the payment"
        )
    return Applied(applications, amount - applied)


def _oldest(state: Receivables, amount: Decimal) -> tuple[Application, ...]:
    applications = []
    for item in state.open_items:
        if not amount:
            break
        taken = min(amount, item.open)
        applications.append(Application(item.invoice, taken))
        amount -= taken
    return tuple(applications)


def _checked(state: Receivables, requested: Sequence[Application]) -> tuple[Application, ...]:
    """Check each invoice named, one named twice by its sum; the order of naming stays."""
    sums: dict[str, Decimal] = {}
    for each in requested:
        if each.amount <= 0:
            raise BadValue(field="apply", why="An applied amount is more than zero; correct it.")
        sums[each.invoice] = sums.get(each.invoice, ZERO) + each.amount
    for invoice, amount in sums.items():
        _check(state, invoice, amount)
    return tuple(Application(invoice, amount) for invoice, amount in sums.items())


def _check(state: Receivables, invoice: str, amount: Decimal) -> None:
    if invoice not in state.items:
        raise UnknownInvoice(field="apply", id=invoice)
    is_open = state.items[invoice].open
    if not is_open:
        raise InvoiceSettled(field="apply", invoice=invoice)
    if amount > is_open:
        what = f"the open balance of {invoice}"
        raise AmountTooLarge(field="apply", amount=plain(amount), limit=plain(is_open), what=what)
