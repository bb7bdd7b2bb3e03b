"""Posting of charges: what was rendered is revenue in its period, unbilled until a document.

UsageRated, ItemCharged in arrears    Dr 1150 / Cr revenue      what the charge posted
ItemCharged, straight-line minimum    Dr 1160 / Cr revenue      the same
what a discount or promotion takes    Dr 4090                   and revenue is credited before it
what a prepaid grant pays             Dr 2110                   at the grant's cost

Downwards everything turns. A charge that posts nothing before its document has no entry.
"""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from ledger.events.billing import UsageRated
from ledger.events.charges import Adjustment, ItemCharged
from ledger.events.journal import JournalLine, JournalPosted
from ledger.money import ZERO
from ledger.posting.chart import ALLOWANCES, PREPAID, UNBILLED
from ledger.posting.entry import Heading, currency_of, foreign, posted

ACCRUED = "usage_accrued@1"
RERATED = "usage_rerated@1"
RECURRING = "recurring_accrued@1"
COMMITMENT = "commitment_accrued@1"
DISCOUNT = "discount"
ALLOWED = (DISCOUNT, "promotional")

Charge = UsageRated | ItemCharged


def accrual(charge: Charge, on: date, at: datetime) -> JournalPosted | None:
    """Accrue what a charge changed: ``posted``, signed; None when nothing changed in money."""
    again = charge.corrects is not None
    heading = Heading(
        entry=f"accrual/{charge.charge}",
        entity=charge.entity,
        currency=currency_of(charge.currency, charge.exchange),
        rule=_rule(charge),
        text=f"{'Re-rated' if again else 'Accrued'} {charge.item} of {charge.account}",
        service=(charge.period_from, charge.period_to),
    )
    clears = charge.clears if isinstance(charge, ItemCharged) else UNBILLED
    debits = [
        _line(charge, clears, charge.posted, charge.booked),
        *(_taken_off(each, charge) for each in charge.adjustments),
    ]
    agreed = charge.posted + sum((each.posted for each in charge.adjustments), ZERO)
    worth = sum((line.amount for line in debits), ZERO)
    revenue = _line(charge, charge.revenue_account, -agreed, -worth)
    return posted(heading, [*debits, revenue], charge, on, at)


def _line(charge: Charge, account: str, agreed: Decimal, booked: Decimal | None) -> JournalLine:
    return JournalLine(
        account,
        agreed if booked is None else booked,
        customer=charge.account,
        charge=charge.charge,
        foreign=foreign(charge.currency, charge.exchange, agreed),
    )


def _rule(charge: Charge) -> str:
    if isinstance(charge, ItemCharged):
        return RECURRING if charge.clears == UNBILLED else COMMITMENT
    return RERATED if charge.corrects is not None else ACCRUED


def _taken_off(each: Adjustment, charge: Charge) -> JournalLine:
    account = ALLOWANCES if each.kind in ALLOWED else PREPAID
    return replace(
        _line(charge, account, each.posted, each.booked),
        discount=each.id if each.kind == DISCOUNT else None,
        grant=each.id if each.kind != DISCOUNT else None,
    )
