"""The state of a payer's receivables: a fold over the stream ``receivables/<account>``."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued, InvoiceIssued
from ledger.events.cash import PaymentApplied
from ledger.events.fact import Fact
from ledger.events.receivables import CREDIT, UNAPPLIED, Movement, ReceivablesPosted
from ledger.money import ZERO
from ledger.receivables.credits import Credit, spent
from ledger.receivables.items import Item, Paid
from ledger.receivables.movements import (
    Accounts,
    applied,
    credit_worth,
    credited,
    issued,
    moved,
    worth_of,
)


@dataclass(frozen=True)
class Receivables:
    """All invoices of a payer, the cash no invoice took, and the credit that is not used.

    ``disputes`` are the open ones with what each claims. ``version`` is that of the last fact
    folded, 0 for none. ``credit_booked`` is what the credit carries in the entity's currency, and
    ``credits`` are where it came from, oldest first.
    """

    items: dict[str, Item] = field(default_factory=dict)
    unapplied: Decimal = ZERO
    credit_balance: Decimal = ZERO
    version: int = 0
    payments: dict[str, Paid] = field(default_factory=dict)
    disputes: dict[str, tuple[Movement, ...]] = field(default_factory=dict)
    credit_booked: Decimal = ZERO
    credits: tuple[Credit, ...] = ()

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
    def unpaid(self) -> dict[str, Decimal]:
        """What the customer's cash does not stand for, per invoice; paid ones left out."""
        return {item.invoice: item.unpaid for item in self.items.values() if item.unpaid}

    @property
    def balance(self) -> Decimal:
        """What the customer owes in all; negative when we owe."""
        is_open = sum((item.open for item in self.items.values()), ZERO)
        return is_open - self.unapplied - self.credit_balance

    @property
    def free(self) -> Decimal:
        """The unapplied cash that no dispute claims."""
        return sum((paid.free for paid in self.payments.values()), ZERO)


def fold(facts: Iterable[Fact], state: Receivables | None = None) -> Receivables:
    """Return the receivables after these facts of the stream, in order."""
    state = state or Receivables()
    accounts = Accounts(dict(state.items), dict(state.payments), dict(state.disputes))
    unapplied, credit, version = state.unapplied, state.credit_balance, state.version
    worth, purse = state.credit_booked, state.credits
    for fact in facts:
        version = fact.originator_version
        if isinstance(fact, InvoiceIssued):
            issued(accounts, fact)
        elif isinstance(fact, CreditNoteIssued):
            credited(accounts, fact)
            credit += fact.to_credit_balance
            worth += credit_worth(fact)
            if fact.to_credit_balance:
                purse = (*purse, Credit(fact.invoice or None, fact.to_credit_balance))
        elif isinstance(fact, PaymentApplied):
            applied(accounts, fact)
            unapplied += fact.unapplied
        elif isinstance(fact, ReceivablesPosted):
            for movement in fact.movements:
                moved(accounts, movement)
                unapplied += movement.amount if movement.balance == UNAPPLIED else ZERO
                if movement.balance == CREDIT:
                    credit += movement.amount
                    worth += worth_of(movement)
                    purse = spent(purse, -movement.amount, movement.invoice)
    return Receivables(
        accounts.items,
        unapplied,
        credit,
        version,
        accounts.payments,
        accounts.disputes,
        worth,
        purse,
    )
