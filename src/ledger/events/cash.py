"""Facts about money that came in, came in not, went back, or left; and payouts of the PSP.

Each names one thing and stands in that thing's stream. What it did to what the customer owes is
said by ``receivables.posted``, in the stream of the account.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.exchange import Exchange
from ledger.events.fact import Fact, record


@dataclass(frozen=True)
class Application:
    """So much of a payment against one invoice; ``booked`` is what that carried in the books."""

    invoice: str
    amount: Decimal
    booked: Decimal | None = None


@record("payment.captured/1")
@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(Fact):
    """Money came in by ``via`` (bank or psp); what no invoice took is ``unapplied``.

    In a currency other than the entity's, ``booked`` is what came in there by the ``exchange`` of
    the day, and ``booked_unapplied`` its part that no invoice took.
    """

    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    on: date
    via: str
    applications: tuple[Application, ...]
    unapplied: Decimal
    exchange: Exchange | None = None
    booked: Decimal | None = None
    booked_unapplied: Decimal | None = None


@record("payment.applied/1")
@dataclass(frozen=True, kw_only=True)
class PaymentApplied(Fact):
    """The same payment in the receivables stream of its account, where all that settles meets."""

    payment: str
    account: str
    currency: str
    applications: tuple[Application, ...]
    unapplied: Decimal
    booked_unapplied: Decimal | None = None


@record("payment.failed/1")
@dataclass(frozen=True, kw_only=True)
class PaymentFailed(Fact):
    """An attempt to collect money failed before anything came in; ``code`` says why."""

    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    on: date
    code: str


@record("payment.returned/1")
@dataclass(frozen=True, kw_only=True)
class PaymentReturned(Fact):
    """A captured payment went back, wholly or in part; ``reopened`` are the invoices it paid."""

    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    on: date
    via: str
    code: str
    reopened: tuple[Application, ...]
    unapplied: Decimal


@record("payout.settled/1")
@dataclass(frozen=True, kw_only=True)
class PayoutSettled(Fact):
    """The PSP paid out ``amount`` after its ``fee``, or debited the bank where it is negative."""

    payout: str
    entity: str
    currency: str
    amount: Decimal
    fee: Decimal
    on: date


@record("refund.paid/1")
@dataclass(frozen=True, kw_only=True)
class RefundPaid(Fact):
    """Money went back to a customer out of ``source``: credit_balance or unapplied_cash."""

    refund: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    on: date
    via: str
    source: str


@record("balance.applied/1")
@dataclass(frozen=True, kw_only=True)
class BalanceApplied(Fact):
    """An invoice was paid out of what the customer had with us; ``source`` as in a refund."""

    account: str
    entity: str
    currency: str
    invoice: str
    amount: Decimal
    on: date
    source: str
