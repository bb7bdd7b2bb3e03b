"""The state of a payer's receivables: a fold over the stream ``receivables/<account>``."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued, InvoiceIssued
from ledger.events.cash import PaymentApplied
from ledger.events.fact import Fact
from ledger.money import ZERO


@dataclass(frozen=True)
class Item:
    """An invoice and what is open of it."""

    invoice: str
    issued_on: date
    due_on: date
    total: Decimal
    open: Decimal


@dataclass(frozen=True)
class Receivables:
    """All invoices of a payer, the cash no invoice took, and the credit that is not used.

    ``version`` is that of the last fact folded, 0 for none.
    """

    items: dict[str, Item] = field(default_factory=dict)
    unapplied: Decimal = ZERO
    credit_balance: Decimal = ZERO
    version: int = 0

    @property
    def open_items(self) -> list[Item]:
        """The invoices with something open, oldest due first, then by number."""
        still = (item for item in self.items.values() if item.open)
        return sorted(still, key=lambda item: (item.due_on, item.invoice))

    @property
    def open_amounts(self) -> dict[str, Decimal]:
        """What is open per invoice, settled ones left out."""
        return {item.invoice: item.open for item in self.open_items}

    @property
    def balance(self) -> Decimal:
        """What the customer owes in all; negative when we owe."""
        is_open = sum((item.open for item in self.items.values()), ZERO)
        return is_open - self.unapplied - self.credit_balance


def fold(facts: Iterable[Fact], state: Receivables | None = None) -> Receivables:
    """Return the receivables after these facts of the stream, in order."""
    state = state or Receivables()
    items = dict(state.items)
    unapplied, credit, version = state.unapplied, state.credit_balance, state.version
    for fact in facts:
        version = fact.originator_version
        if isinstance(fact, InvoiceIssued):
            items[fact.number] = Item(
                fact.number, fact.issued_on, fact.due_on, fact.total, fact.total
            )
        elif isinstance(fact, CreditNoteIssued):
            if fact.invoice:
                _reduce(items, fact.invoice, fact.to_receivable)
            credit += fact.to_credit_balance
        elif isinstance(fact, PaymentApplied):
            for applied in fact.applications:
                _reduce(items, applied.invoice, applied.amount)
            unapplied += fact.unapplied
    return Receivables(items, unapplied, credit, version)


def _reduce(items: dict[str, Item], invoice: str, amount: Decimal) -> None:
    item = items[invoice]
    assert amount <= item.open, f"{invoice}: {amount} is more than the {item.open} open"
    items[invoice] = replace(item, open=item.open - amount)
