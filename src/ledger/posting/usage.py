"""Posting of charges: usage is revenue in the period of use, unbilled until an invoice bills it.

UsageRated, first or upwards      Dr 1150 / Cr revenue     what the rating posted
UsageRated, downwards             Dr revenue / Cr 1150     the same, of invoiced periods too
"""

from datetime import date, datetime

from ledger.events.billing import UsageRated
from ledger.events.journal import JournalLine, JournalPosted
from ledger.posting.chart import UNBILLED
from ledger.posting.entry import Heading, posted

ACCRUED = "usage_accrued@1"
RERATED = "usage_rerated@1"


def accrual(charge: UsageRated, on: date, at: datetime) -> JournalPosted | None:
    """Accrue what a rating changed: ``posted``, signed; None when nothing changed in money."""
    again = charge.corrects is not None
    heading = Heading(
        entry=f"accrual/{charge.charge}",
        entity=charge.entity,
        currency=charge.currency,
        rule=RERATED if again else ACCRUED,
        text=f"{'Re-rated' if again else 'Accrued'} {charge.item} of {charge.account}",
        service=(charge.period_from, charge.period_to),
    )
    lines = [
        JournalLine(account, amount, customer=charge.account, charge=charge.charge)
        for account, amount in (
            (UNBILLED, charge.posted),
            (charge.revenue_account, -charge.posted),
        )
    ]
    return posted(heading, lines, charge, on, at)
