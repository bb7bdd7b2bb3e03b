"""What a customer has with us, spent: applied to an invoice, or paid out.

There are two purses: the credit balance (2120), and unapplied cash (2130), which is kept per
payment and spent oldest payment first. What a dispute claims of it is not to be had.
"""

from collections.abc import Iterator
from decimal import Decimal

from ledger.errors import AmountTooLarge, InvoiceSettled, NothingToApply, UnknownInvoice
from ledger.events.receivables import CREDIT, RECEIVABLE, UNAPPLIED, Movement
from ledger.money import plain
from ledger.receivables.state import Receivables

CREDIT_BALANCE = "credit_balance"
UNAPPLIED_CASH = "unapplied_cash"
NAMES = {CREDIT_BALANCE: "the credit balance", UNAPPLIED_CASH: "the unapplied cash"}


def applied(
    state: Receivables, invoice: str, source: str, amount: Decimal | None
) -> tuple[Movement, ...]:
    """Return what paying an invoice out of a purse does; by default as much as both allow.

    Raises UnknownInvoice, InvoiceSettled, NothingToApply or AmountTooLarge.
    """
    if invoice not in state.items:
        raise UnknownInvoice(field="invoice", id=invoice)
    is_open, has = state.items[invoice].open, _has(state, source)
    if not is_open:
        raise InvoiceSettled(field="invoice", invoice=invoice)
    if not has:
        raise NothingToApply(field="from", what=NAMES[source])
    amount = min(is_open, has) if amount is None else amount
    _within(amount, is_open, f"the open balance of {invoice}")
    _within(amount, has, NAMES[source])
    if source == CREDIT_BALANCE:
        return (Movement(CREDIT, -amount), Movement(RECEIVABLE, -amount, invoice))
    parts = list(_oldest(state, amount))
    return (
        *(Movement(UNAPPLIED, -part, payment=payment) for payment, part in parts),
        *(Movement(RECEIVABLE, -part, invoice, payment) for payment, part in parts),
    )


def refunded(state: Receivables, source: str, amount: Decimal) -> tuple[Movement, ...]:
    """Return what paying out of a purse does; never more than there is."""
    _within(amount, _has(state, source), NAMES[source])
    if source == CREDIT_BALANCE:
        return (Movement(CREDIT, -amount),)
    return tuple(
        Movement(UNAPPLIED, -part, payment=payment) for payment, part in _oldest(state, amount)
    )


def _has(state: Receivables, source: str) -> Decimal:
    return state.credit_balance if source == CREDIT_BALANCE else state.free


def _within(amount: Decimal, limit: Decimal, what: str) -> None:
    if amount > limit:
        raise AmountTooLarge(field="amount", amount=plain(amount), limit=plain(limit), what=what)


def _oldest(state: Receivables, amount: Decimal) -> Iterator[tuple[str, Decimal]]:
    """Yield how much each payment gives, in the order in which they came in."""
    for paid in state.payments.values():
        part = min(paid.free, amount)
        if part:
            yield paid.payment, part
        amount -= part
