"""Facts about limits: what an account may spend, and per cents of limits that were reached."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.fact import Fact, record


@record("spend_limit.set/1")
@dataclass(frozen=True, kw_only=True)
class SpendLimitSet(Fact):
    """From a day on an account may spend ``amount`` a calendar month; None lifts the limit.

    ``notify_at`` are per cents of it. Reached and ``block``, a gate stops usage. What is accrued
    and not billed is billed before its period ends once it comes to ``invoice_at``. One stream per
    account; of two with the same ``starts_on`` the later one holds.
    """

    account: str
    entity: str
    currency: str
    starts_on: date
    amount: Decimal | None = None
    notify_at: tuple[Decimal, ...] = ()
    block: bool = False
    invoice_at: Decimal | None = None


@record("threshold.crossed/1")
@dataclass(frozen=True, kw_only=True)
class ThresholdCrossed(Fact):
    """Usage or spending came to ``percent`` of a limit in a period; the only fact of its stream.

    ``kind`` is entitlement (of a subscription's item) or spending (of an account, in ``currency``).
    ``quantity`` is what it had come to when that was seen, knowing ``lane`` up to ``position``. A
    correction that goes below again takes nothing back, and going above again says nothing new.
    """

    kind: str
    entity: str
    account: str
    period_from: date
    period_to: date
    percent: Decimal
    limit: Decimal
    quantity: Decimal
    lane: int
    position: int
    subscription: str | None = None
    item: str | None = None
    meter: str | None = None
    currency: str | None = None
