"""What is left of an intercompany charge, and what a part of it carries in the books of each side.

Either side carries what is left at the rate of the charge, in proportion; the part that ends it
takes the rest. Worked example: of 1,000 JPY charged at 6.67 USD, 333 carry 2.22, the last 667 carry
4.45.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ledger.events.fact import Fact
from ledger.events.intercompany import Intercompany, IntercompanyCharged, Leg
from ledger.invoicing.booking import Carried
from ledger.money import digits


@dataclass(frozen=True)
class Balance:
    """A charge, and what of it neither came in nor was taken back: agreed, and on each side."""

    charged: IntercompanyCharged
    version: int
    open: Decimal
    payer: Decimal
    payee: Decimal

    def part(self, amount: Decimal) -> tuple[Decimal, Decimal]:
        """Return what so much of it carries for the payer and for the payee."""
        payer = _part(self, amount, self.charged.payer, self.payer)
        return payer, _part(self, amount, self.charged.payee, self.payee)


def balance_of(history: Iterable[Fact]) -> Balance | None:
    """Return what the facts of a reference leave, or None where it was never charged."""
    found: Balance | None = None
    for fact in history:
        if isinstance(fact, IntercompanyCharged):
            found = Balance(fact, 1, fact.amount, fact.payer.booked, fact.payee.booked)
        elif isinstance(fact, Intercompany) and found is not None:
            found = _less(found, fact)
    return found


def _less(before: Balance, fact: Intercompany) -> Balance:
    return Balance(
        before.charged,
        fact.originator_version,
        before.open - fact.amount,
        before.payer - fact.payer.booked,
        before.payee - fact.payee.booked,
    )


def _part(balance: Balance, amount: Decimal, leg: Leg, carried: Decimal) -> Decimal:
    return Carried(balance.open, carried).part(amount, digits(leg.currency))
