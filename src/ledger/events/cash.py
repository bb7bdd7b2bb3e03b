"""Facts about money received."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.fact import Fact, record


@dataclass(frozen=True)
class Application:
    """So much of a payment against one invoice."""

    invoice: str
    amount: Decimal


@record("payment.captured/1")
@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(Fact):
    """Money came in by ``via`` (bank or psp); what no invoice took is ``unapplied``."""

    payment: str
    entity: str
    account: str
    currency: str
    amount: Decimal
    on: date
    via: str
    applications: tuple[Application, ...]
    unapplied: Decimal


@record("payment.applied/1")
@dataclass(frozen=True, kw_only=True)
class PaymentApplied(Fact):
    """The same payment in the receivables stream of its account, where all that settles meets."""

    payment: str
    account: str
    currency: str
    applications: tuple[Application, ...]
    unapplied: Decimal
