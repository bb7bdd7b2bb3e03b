"""What there is to bill: the latest charge of a stream, beside what was billed of it so far."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.money import ZERO, round_money

StreamKey = tuple[str, str, date]


@dataclass(frozen=True, kw_only=True)
class Payer:
    """The account that pays, and how its entity rounds; lines may be of accounts below it."""

    account: str
    entity: str
    currency: str
    payment_terms_days: int = 30
    rounding: str = "half_up"


@dataclass(frozen=True, kw_only=True)
class Billable:
    """One charge stream (subscription, item, period_from): its latest charge, and what was billed.

    ``amount`` is the charge's cumulative exact amount, ``accrued`` its accrual in minor units.
    ``billed`` is the accrual that documents cleared so far, ``billed_net`` their net (it differs
    where prices included tax), ``billed_gross`` their net and tax, ``billed_quantity`` their
    quantity, credit notes taken off; ``billed_charge`` is the charge they
    last billed, None before the first. ``order`` is the item's place in its plan.
    """

    account: str
    subscription: str
    item: str
    description: str
    order: int
    period_from: date
    period_to: date
    quantity: Decimal
    amount: Decimal
    accrued: Decimal
    charge: str
    tax_code: str | None = None
    tax_inclusive: bool = False
    revenue_account: str = "4010"
    billed_charge: str | None = None
    billed: Decimal = ZERO
    billed_net: Decimal = ZERO
    billed_gross: Decimal = ZERO
    billed_quantity: Decimal = ZERO

    @property
    def key(self) -> StreamKey:
        """What names the charge stream."""
        return self.subscription, self.item, self.period_from

    @property
    def cause(self) -> Cause:
        """The latest charge, as a cause; its id ends with its version in the stream."""
        where = stream("charge", self.subscription, self.item, self.period_from.isoformat())
        return Cause(where, int(self.charge.rpartition("/")[2]))

    def is_due(self, through: date) -> bool:
        """Say whether the period is finished by the end of that day, or was billed before."""
        return self.billed_charge is not None or self.period_to <= through + timedelta(days=1)

    def change(self, payer: Payer) -> Decimal:
        """Return what is to be billed: net, or gross where prices include tax; may be negative."""
        if self.tax_inclusive:
            gross = round_money(self.amount, payer.currency, payer.rounding)
            return gross - self.billed_gross
        return self.accrued - self.billed_net


def needs_history(billable: Billable, payer: Payer) -> bool:
    """Say whether drafting this needs the payer's earlier documents: it lowers what was billed."""
    return billable.billed_charge is not None and billable.change(payer) < 0
