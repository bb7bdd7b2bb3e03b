"""Posting of money received: Dr 1010 (psp) or 1000 (bank) / Cr 1100 per invoice, the rest 2130.

In a currency other than the entity's cash comes in at the rate of the day, and each invoice is
relieved of what it carries; the difference is Cr or Dr 7000.
"""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from ledger.events.cash import PaymentCaptured
from ledger.events.journal import JournalLine, JournalPosted
from ledger.money import ZERO
from ledger.posting.chart import BANK, EXCHANGE_GAIN, PSP_CLEARING, RECEIVABLE, UNAPPLIED_CASH
from ledger.posting.entry import Heading, currency_of, foreign, posted

PAYMENT = "payment_captured@1"
CASH_SIDE = {"bank": BANK, "psp": PSP_CLEARING}


def payment(fact: PaymentCaptured, on: date, at: datetime) -> JournalPosted | None:
    """Book a payment: the invoices it settles, and what no invoice took as unapplied cash."""
    heading = Heading(
        entry=f"payment/{fact.payment}",
        entity=fact.entity,
        currency=currency_of(fact.currency, fact.exchange),
        rule=PAYMENT,
        text=f"Payment {fact.payment} from {fact.account}",
        document=fact.payment,
    )
    lines = [
        _line(fact, CASH_SIDE[fact.via], fact.amount, fact.booked),
        *(
            _line(fact, RECEIVABLE, -each.amount, _minus(each.booked), each.invoice)
            for each in fact.applications
        ),
        _line(fact, UNAPPLIED_CASH, -fact.unapplied, _minus(fact.booked_unapplied)),
    ]
    gain = -sum((line.amount for line in lines), ZERO)
    gained = replace(_line(fact, EXCHANGE_GAIN, gain, gain), foreign=None)
    return posted(heading, [*lines, gained], fact, on, at)


def _line(
    fact: PaymentCaptured,
    account: str,
    agreed: Decimal,
    booked: Decimal | None,
    invoice: str | None = None,
) -> JournalLine:
    return JournalLine(
        account,
        agreed if booked is None else booked,
        customer=fact.account,
        invoice=invoice,
        payment=fact.payment,
        foreign=foreign(fact.currency, fact.exchange, agreed),
    )


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount
