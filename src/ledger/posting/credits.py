"""Posting of breakage: credit that was paid for and never used is revenue.

CreditDrawn, CreditExpired        Dr 2110 / Cr 4030        the change of the breakage so far
"""

from datetime import date, datetime

from ledger.events.credit import CreditDrawn, CreditExpired
from ledger.events.journal import JournalLine, JournalPosted
from ledger.posting.chart import BREAKAGE, PREPAID
from ledger.posting.entry import Heading, currency_of, foreign, posted

BROKEN = "credit_breakage@1"


def breakage(fact: CreditDrawn | CreditExpired, on: date, at: datetime) -> JournalPosted | None:
    """Move what became breakage from prepaid credits to revenue; None where nothing changed."""
    heading = Heading(
        entry=f"breakage/{fact.grant}/{fact.originator_version}",
        entity=fact.entity,
        currency=currency_of(fact.currency, fact.exchange),
        rule=BROKEN,
        text=f"Breakage of {fact.grant} of {fact.account}",
    )
    worth = fact.posted if fact.booked is None else fact.booked
    lines = [
        JournalLine(
            account,
            sign * worth,
            customer=fact.account,
            grant=fact.grant,
            foreign=foreign(fact.currency, fact.exchange, sign * fact.posted),
        )
        for account, sign in ((PREPAID, 1), (BREAKAGE, -1))
    ]
    return posted(heading, lines, fact, on, at)
