"""The things that receivables are made of: invoices and payments, each with where it stands."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger.events.cash import Application
from ledger.money import ZERO


@dataclass(frozen=True)
class Lost:
    """What a dispute took for good of what an invoice was paid, and the tax given back for it.

    ``booked`` is what the payment had relieved for it, ``tax_booked`` what the tax was booked at.
    """

    dispute: str
    amount: Decimal
    booked: Decimal
    tax: Decimal = ZERO
    tax_booked: Decimal = ZERO


@dataclass(frozen=True)
class Item:
    """An invoice and what is open of it.

    ``gross`` and ``tax`` are those of the document less its credit notes. ``written_off`` and
    ``recovered`` only grow; ``relieved`` is the tax that write-offs gave back and still do.
    ``losses`` are what disputes took, the latest last. ``booked`` is what the open part carries in
    the entity's currency, ``given_up_booked`` what is given up, ``relieved_booked`` the tax of
    that, and ``tax_booked`` what ``tax`` was booked at. ``version`` is that of the fact that
    issued it.
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
    given_up_booked: Decimal = ZERO
    relieved_booked: Decimal = ZERO
    tax_booked: Decimal = ZERO
    losses: tuple[Lost, ...] = ()
    version: int = 0

    @property
    def given_up(self) -> Decimal:
        """What is written off and was not recovered."""
        return self.written_off - self.recovered

    @property
    def lost(self) -> Decimal:
        """What disputes took for good, and no credit note has met."""
        return sum((each.amount for each in self.losses), ZERO)

    @property
    def unpaid(self) -> Decimal:
        """What the customer's cash does not stand for: open, given up, or lost to disputes."""
        return self.open + self.given_up + self.lost

    @property
    def tax_owed(self) -> Decimal:
        """The tax that no write-off and no lost dispute gave back."""
        return self.tax - self.relieved - sum((each.tax for each in self.losses), ZERO)

    @property
    def tax_carried(self) -> Decimal:
        """What ``tax_owed`` is booked at: the part of 2200 that is about this invoice."""
        relieved = sum((each.tax_booked for each in self.losses), self.relieved_booked)
        return self.tax_booked - relieved


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
