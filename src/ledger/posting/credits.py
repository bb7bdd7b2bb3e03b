"""Posting of breakage: credit that was paid for and never used is revenue.

CreditDrawn, CreditExpired        Dr 2110 / Cr 4030        the change of the breakage so far
"""

from datetime import date, datetime

from ledger.events.credit import CreditDrawn, CreditExpired
from ledger.events.journal import JournalLine, JournalPosted
from ledger.posting.chart import BREAKAGE, PREPAID
from ledger.posting.entry import Heading, posted

BROKEN = "credit_breakage@1"


def breakage(fact: CreditDrawn | CreditExpired, on: date, at: datetime) -> JournalPosted | None:
    """Move what became breakage from prepaid credits to revenue; None where nothing changed."""
    heading = Heading(
        entry=f"breakage/{fact.grant}/{fact.originator_version}",
        entity=fact.entity,
        currency=fact.currency,
        rule=BROKEN,
        text=f"Breakage of {fact.grant} of {fact.account}",
    )
    lines = [
        JournalLine(account, amount, customer=fact.account, grant=fact.grant)
        for account, amount in ((PREPAID, fact.posted), (BREAKAGE, -fact.posted))
    ]
    return posted(heading, lines, fact, on, at)
