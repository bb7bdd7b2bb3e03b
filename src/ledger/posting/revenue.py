"""Posting of revenue that was deferred: Dr 2100 / Cr revenue, per schedule, as it is earned."""

from datetime import date, datetime

from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.revenue import RevenueRecognised
from ledger.periods import DAY
from ledger.posting.chart import DEFERRED_REVENUE
from ledger.posting.entry import Heading, posted

RECOGNISED = "revenue_recognised@1"


def recognition(fact: RevenueRecognised, on: date, at: datetime) -> JournalPosted | None:
    """Move what was earned from deferred revenue to revenue."""
    heading = Heading(
        entry=f"recognition/{fact.entity}/{fact.originator_version}",
        entity=fact.entity,
        currency=fact.currency,
        rule=RECOGNISED,
        text=f"Revenue earned through {fact.through}",
        service=(fact.through.replace(day=1), fact.through + DAY),
    )
    lines = [
        JournalLine(account, amount, customer=earned.account, charge=earned.charge)
        for earned in fact.earned
        for account, amount in (
            (DEFERRED_REVENUE, earned.posted),
            (earned.revenue_account, -earned.posted),
        )
    ]
    return posted(heading, lines, fact, on, at)
