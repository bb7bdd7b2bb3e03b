"""What an entry of the receivables sub-ledger is in the general ledger: one line per movement.

    receivable 1100   disputed 1110   unapplied 2130   credit 2120

Each rule of cash adds its other side; notes (written off, relieved, lost) are no balance of the
ledger and post nothing here.
"""

from ledger.events.journal import JournalLine
from ledger.events.receivables import (
    CREDIT,
    DISPUTED,
    RECEIVABLE,
    UNAPPLIED,
    ReceivablesPosted,
)
from ledger.posting import chart
from ledger.posting.entry import Heading

ACCOUNTS = {
    RECEIVABLE: (chart.RECEIVABLE, 1),
    DISPUTED: (chart.DISPUTED, 1),
    UNAPPLIED: (chart.UNAPPLIED_CASH, -1),
    CREDIT: (chart.CREDIT_BALANCE, -1),
}
CASH_SIDE = {"bank": chart.BANK, "psp": chart.PSP_CLEARING}


def balances(moved: ReceivablesPosted) -> list[JournalLine]:
    """Return the lines of the customer's balances, each with what it is about."""
    lines = []
    for movement in moved.movements:
        if movement.balance in ACCOUNTS:
            code, sign = ACCOUNTS[movement.balance]
            lines.append(
                JournalLine(
                    code,
                    sign * movement.amount,
                    customer=moved.account,
                    invoice=movement.invoice,
                    payment=movement.payment,
                )
            )
    return lines


def heading(
    moved: ReceivablesPosted, entry: str, rule: str, text: str, *, about_invoice: bool = False
) -> Heading:
    """Return the heading of an entry; one that is only about an invoice is no document itself."""
    return Heading(
        entry=entry,
        entity=moved.entity,
        currency=moved.currency,
        rule=rule,
        text=text,
        document=None if about_invoice else moved.document,
    )
