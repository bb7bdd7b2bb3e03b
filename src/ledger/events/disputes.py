"""Facts about disputes: a customer's bank takes a payment back, and somebody decides."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.fact import Fact, record


@record("dispute.opened/1")
@dataclass(frozen=True, kw_only=True)
class DisputeOpened(Fact):
    """The bank took back ``amount`` of a payment for now, and a ``fee`` for good."""

    dispute: str
    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    fee: Decimal
    on: date
    via: str


@dataclass(frozen=True)
class Reversal:
    """Revenue of an invoice that a lost dispute takes back; without an account it is the tax."""

    invoice: str
    amount: Decimal
    revenue_account: str | None = None


@record("dispute.closed/1")
@dataclass(frozen=True, kw_only=True)
class DisputeClosed(Fact):
    """The dispute was won, and the money is back, or lost; ``policy`` (loss, revenue) books that.

    Under ``revenue`` the ``reversals`` are taken back; what they leave of the amount is a loss.
    """

    dispute: str
    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    on: date
    via: str
    outcome: str
    policy: str
    reversals: tuple[Reversal, ...] = ()
