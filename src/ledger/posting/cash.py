"""Posting of money received: Dr 1010 (psp) or 1000 (bank) / Cr 1100 per invoice, the rest 2130."""

from datetime import date, datetime
from decimal import Decimal

from ledger.events.cash import PaymentCaptured
from ledger.events.journal import JournalLine, JournalPosted
from ledger.posting.chart import BANK, PSP_CLEARING, RECEIVABLE, UNAPPLIED_CASH
from ledger.posting.entry import Heading, posted

PAYMENT = "payment_captured@1"
CASH_SIDE = {"bank": BANK, "psp": PSP_CLEARING}


def payment(fact: PaymentCaptured, on: date, at: datetime) -> JournalPosted | None:
    """Book a payment: the invoices it settles, and what no invoice took as unapplied cash."""
    heading = Heading(
        entry=f"payment/{fact.payment}",
        entity=fact.entity,
        currency=fact.currency,
        rule=PAYMENT,
        text=f"Payment {fact.payment} from {fact.account}",
        document=fact.payment,
    )
    amounts: list[tuple[str, Decimal, str | None]] = [
        (CASH_SIDE[fact.via], fact.amount, None),
        *((RECEIVABLE, -applied.amount, applied.invoice) for applied in fact.applications),
        (UNAPPLIED_CASH, -fact.unapplied, None),
    ]
    lines = [
        JournalLine(code, amount, customer=fact.account, invoice=invoice, payment=fact.payment)
        for code, amount, invoice in amounts
    ]
    return posted(heading, lines, fact, on, at)
