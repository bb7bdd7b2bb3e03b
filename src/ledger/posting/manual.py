"""Posting of what people enter by hand: the lines as they were approved, and nothing else."""

from ledger.events.journal import JournalEntered, JournalLine, JournalPosted
from ledger.posting.entry import Heading, posted

MANUAL = "manual_journal@1"


def manual_journal(fact: JournalEntered) -> JournalPosted | None:
    """Book a manual journal on its day, with who approved it and which entry it takes back."""
    heading = Heading(
        entry=fact.entry,
        entity=fact.entity,
        currency=fact.currency,
        rule=MANUAL,
        text=fact.reason,
        reverses=fact.reverses,
        approved_by=fact.approved_by,
    )
    lines = (JournalLine(each.account, each.amount, each.customer) for each in fact.lines)
    return posted(heading, lines, fact, fact.on, fact.timestamp)
