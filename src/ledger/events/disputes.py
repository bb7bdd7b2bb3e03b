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
    """Revenue of an invoice that a lost dispute takes back; without an account it is the tax.

    ``booked`` is the same in the entity's currency, where that is another, at what the invoice was
    booked at.
    """

    invoice: str
    amount: Decimal
    revenue_account: str | None = None
    booked: Decimal | None = None


@dataclass(frozen=True)
class Loss:
    """What a lost dispute leaves of an invoice as a loss.

    ``booked`` is the same in the entity's currency, where that is another, by what the bank took.
    """

    invoice: str
    amount: Decimal
    booked: Decimal | None = None


@record("dispute.closed/1")
@dataclass(frozen=True, kw_only=True)
class DisputeClosed(Fact):
    """The dispute was won, and the money is back, or lost; ``policy`` (loss, revenue) books that.

    What had paid invoices is borne per invoice: under ``revenue`` the ``reversals`` are taken back,
    and what they leave is among the ``losses``; under ``loss`` all of it is. Neither has what a
    credit note had given back: the entry of the sub-ledger takes that from the credit balance.
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
    losses: tuple[Loss, ...] = ()


@record("dispute.reversed/1")
@dataclass(frozen=True, kw_only=True)
class DisputeReversed(Fact):
    """So much of what a dispute lost of an invoice is undone: a re-rating says it was never owed.

    The credit note of the same append takes it. ``reversals`` and ``losses`` say which part of
    those of the closed dispute is undone, in the same amounts; they sum to ``amount``.
    """

    dispute: str
    payment: str
    invoice: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    on: date
    policy: str
    reversals: tuple[Reversal, ...] = ()
    losses: tuple[Loss, ...] = ()
