"""An entity's allowance for credit losses: one for anybody's, and some for single accounts.

A write-off uses the account's own first, then the general one, never that of another account.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.events.fact import Fact
from ledger.events.losses import (
    AllowanceAdjusted,
    ReceivableWrittenOff,
    WriteOffRecovered,
    WriteOffReversed,
)
from ledger.money import ZERO


@dataclass(frozen=True)
class Allowance:
    """What is set aside, by account; None is the general part."""

    amounts: dict[str | None, Decimal] = field(default_factory=dict)
    version: int = 0

    def of(self, account: str | None) -> Decimal:
        """What is set aside for an account, or in general."""
        return self.amounts.get(account, ZERO)


@dataclass(frozen=True)
class Split:
    """How a loss is borne: by the account's own allowance, the general one, and as an expense."""

    own: Decimal
    general: Decimal
    expense: Decimal


def allowance(facts: Iterable[Fact], state: Allowance | None = None) -> Allowance:
    """Fold facts of the stream ``allowance/<entity>``, after those that made the state."""
    state = state or Allowance()
    amounts, version = dict(state.amounts), state.version
    for fact in facts:
        version = fact.originator_version
        if isinstance(fact, AllowanceAdjusted):
            amounts[fact.account] = amounts.get(fact.account, ZERO) + fact.amount
    return Allowance(amounts, version)


def borne(state: Allowance, account: str, loss: Decimal) -> Split:
    """Split a loss over the allowances, as far as they go."""
    own = min(state.of(account), loss)
    general = min(state.of(None), loss - own)
    return Split(own, general, loss - own - general)


def refilled(history: Iterable[Fact], amount: Decimal) -> Split:
    """Split what comes back: the account's own allowance first, up to what it bore of the invoice.

    ``history`` are the write-offs of the invoice and what came after. Nothing returns to expense.
    """
    bore = ZERO
    for fact in history:
        if isinstance(fact, ReceivableWrittenOff):
            bore += fact.own
        elif isinstance(fact, WriteOffRecovered | WriteOffReversed):
            bore -= fact.own
    own = min(bore, amount)
    return Split(own, amount - own, ZERO)


def unborne(history: Iterable[Fact], amount: Decimal) -> Split:
    """Split what was never lost: back to expense first, then the general allowance, then its own.

    So the books end as if only the rest of the invoice had been written off.
    """
    general = expense = ZERO
    for fact in history:
        match fact:
            case ReceivableWrittenOff():
                general, expense = general + fact.general, expense + fact.expense
            case WriteOffRecovered():
                general -= fact.general
            case WriteOffReversed():
                general, expense = general - fact.general, expense - fact.expense
    expensed = min(expense, amount)
    shared = min(max(general, ZERO), amount - expensed)
    return Split(amount - expensed - shared, shared, expensed)
