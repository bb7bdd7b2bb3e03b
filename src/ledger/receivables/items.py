"""The things that receivables are made of: invoices and payments, each with where it stands."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.events.cash import Application
from ledger.money import ZERO


@dataclass(frozen=True)
class Item:
    """An invoice and what is open of it.

    ``gross`` and ``tax`` are those of the document less its credit notes. ``written_off`` and
    ``recovered`` only grow; ``relieved`` is the tax that write-offs gave back and still do.
    ``booked`` is what the open part carries in the entity's currency, ``lost_booked`` what is given
    up, and ``relieved_booked`` the tax of that. ``version`` is that of the fact that issued it.
    """

    invoice: str
    issued_on: date
    due_on: date
    total: Decimal
    open: Decimal
    gross: Decimal = ZERO
    tax: Decimal = ZERO
    disputed: Decimal = ZERO
    written_off: Decimal = ZERO
    recovered: Decimal = ZERO
    relieved: Decimal = ZERO
    booked: Decimal = ZERO
    lost_booked: Decimal = ZERO
    relieved_booked: Decimal = ZERO
    version: int = 0

    @property
    def given_up(self) -> Decimal:
        """What is written off and was not recovered."""
        return self.written_off - self.recovered


@dataclass(frozen=True)
class Paid:
    """A payment and where it stands: what it pays, oldest application first, and what is left.

    ``held`` is the part of ``unapplied`` that a dispute claims; ``dispute`` is the open one.
    ``booked`` is what ``unapplied`` carries in the entity's currency.
    """

    payment: str
    at: datetime
    unapplied: Decimal
    applications: tuple[Application, ...]
    held: Decimal = ZERO
    dispute: str | None = None
    booked: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What may be applied or refunded."""
        return self.unapplied - self.held

    @property
    def left(self) -> Decimal:
        """What of it is still here: it may go back to whoever paid it."""
        return self.unapplied + sum((each.amount for each in self.applications), ZERO)
