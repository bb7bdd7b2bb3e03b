"""Posting of cash that moves without an invoice being paid by it.

PaymentReturned    Dr 1100, 2130 / Cr 1010 (psp) or 1000 (bank)    as applied, and unapplied
RefundPaid         Dr 2120 or 2130 / Cr 1000 or 1010               paid
BalanceApplied     Dr 2130 or 2120 / Cr 1100                       applied
PayoutSettled      Dr 1000, 5000 / Cr 1010                         net, fee; all turned where the
                                                                   bank is debited
"""

from datetime import date, datetime

from ledger.events.cash import BalanceApplied, PaymentReturned, PayoutSettled, RefundPaid
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.receivables import ReceivablesPosted
from ledger.posting.chart import BANK, PROCESSING_FEES, PSP_CLEARING
from ledger.posting.entry import Heading, posted
from ledger.posting.receivables import balances, cash, heading, with_gain

RETURN = "payment_returned@1"
REFUND = "refund_paid@1"
APPLICATION = {"unapplied_cash": "cash_applied@1", "credit_balance": "credit_applied@1"}
PAYOUT = "payout_settled@1"


def payment_returned(
    fact: PaymentReturned, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Book a return: what the payment paid is owed again, and the cash is gone."""
    entry = f"return/{fact.payment}/{fact.originator_version}"
    text = f"Return of {fact.payment} of {fact.account} ({fact.code})"
    about = heading(moved, entry, RETURN, text)
    lines = [*balances(moved), cash(moved, fact.via, -fact.amount, fact.payment)]
    return posted(about, with_gain(moved, lines), fact, on, at)


def refund_paid(
    fact: RefundPaid, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Book a refund: we owe the customer less, and the cash is gone."""
    about = heading(
        moved, f"refund/{fact.refund}", REFUND, f"Refund {fact.refund} to {fact.account}"
    )
    lines = [*balances(moved), cash(moved, fact.via, -fact.amount)]
    return posted(about, with_gain(moved, lines), fact, on, at)


def balance_applied(
    fact: BalanceApplied, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Book an application: the balance and the invoice are lower, and no cash moves."""
    entry = f"application/{fact.account}/{fact.originator_version}"
    rule = APPLICATION[fact.source]
    text = f"{fact.source} of {fact.account} to {fact.invoice}"
    about = heading(moved, entry, rule, text, about_invoice=True)
    return posted(about, with_gain(moved, balances(moved)), fact, on, at)


def payout_settled(fact: PayoutSettled, on: date, at: datetime) -> JournalPosted | None:
    """Book a payout of the PSP, or its debit of the bank."""
    about = Heading(
        entry=f"payout/{fact.payout}",
        entity=fact.entity,
        currency=fact.currency,
        rule=PAYOUT,
        text=f"Payout {fact.payout}",
        document=fact.payout,
    )
    lines = [
        JournalLine(BANK, fact.amount),
        JournalLine(PROCESSING_FEES, fact.fee),
        JournalLine(PSP_CLEARING, -fact.amount - fact.fee),
    ]
    return posted(about, lines, fact, on, at)
