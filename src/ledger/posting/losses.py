"""Posting of receivables that are doubted, given up, and owed again.

    AllowanceAdjusted       Dr 5100 / Cr 1120               delta
    ReceivableWrittenOff    Dr 1120, 5100, 2200 / Cr 1100   allowance, beyond it, tax if relief
    WriteOffRecovered       Dr 1100 / Cr 1120, 2200         net, tax if it was given back
    WriteOffReversed        Dr 1100 / Cr 5100, 1120, 2200   as it was borne, expense first

On 1120 ``customer`` is whose losses a part of the allowance is for; the general part has none.
"""

from datetime import date, datetime
from decimal import Decimal

from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.losses import (
    AllowanceAdjusted,
    ReceivableWrittenOff,
    WriteOffRecovered,
    WriteOffReversed,
)
from ledger.events.receivables import RELIEVED, ReceivablesPosted
from ledger.money import ZERO
from ledger.posting.chart import ALLOWANCE, CREDIT_LOSSES, TAX_PAYABLE
from ledger.posting.entry import Heading, foreign, posted
from ledger.posting.receivables import balances, heading

ADJUSTED = "allowance_adjusted@1"
WRITTEN_OFF = "receivable_written_off@1"
RECOVERED = "write_off_recovered@1"
REVERSED = "write_off_reversed@1"

OfWriteOff = ReceivableWrittenOff | WriteOffRecovered | WriteOffReversed


def allowance_adjusted(fact: AllowanceAdjusted, on: date, at: datetime) -> JournalPosted | None:
    """Book what is set aside for losses that are expected, or no longer are."""
    entry = f"allowance/{fact.entity}/{fact.originator_version}"
    about = Heading(
        entry=entry,
        entity=fact.entity,
        currency=fact.currency,
        rule=ADJUSTED,
        text=f"Allowance for credit losses of {fact.account or fact.entity}",
    )
    lines = [
        JournalLine(CREDIT_LOSSES, fact.amount, customer=fact.account),
        JournalLine(ALLOWANCE, -fact.amount, customer=fact.account),
    ]
    return posted(about, lines, fact, on, at)


def receivable_written_off(
    fact: ReceivableWrittenOff, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Book what is given up against what was set aside for it, the tax office, and expense."""
    entry = f"write_off/{fact.invoice}/{fact.originator_version}"
    text = f"Write-off of {fact.invoice} of {fact.account}"
    about = heading(moved, entry, WRITTEN_OFF, text, about_invoice=True)
    lines = [
        *balances(moved),
        *_allowances(fact, 1),
        _expense(fact, fact.expense),
        _tax(fact, moved, fact.tax),
    ]
    return posted(about, lines, fact, on, at)


def write_off_recovered(
    fact: WriteOffRecovered, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Book what is owed again; the cash for it is a payment of its own."""
    entry = f"recovery/{fact.invoice}/{fact.originator_version}"
    text = f"Recovery of {fact.invoice} of {fact.account}"
    about = heading(moved, entry, RECOVERED, text, about_invoice=True)
    lines = [*balances(moved), *_allowances(fact, -1), _tax(fact, moved, -fact.tax)]
    return posted(about, lines, fact, on, at)


def write_off_reversed(
    fact: WriteOffReversed, moved: ReceivablesPosted, on: date, at: datetime
) -> JournalPosted | None:
    """Undo what was booked as lost and was never owed; a credit note takes what is owed again."""
    entry = f"write_off_reversal/{fact.invoice}/{fact.originator_version}"
    text = f"Reversed write-off of {fact.invoice} of {fact.account}"
    about = heading(moved, entry, REVERSED, text, about_invoice=True)
    lines = [
        *balances(moved),
        *_allowances(fact, -1),
        _expense(fact, -fact.expense),
        _tax(fact, moved, -fact.tax),
    ]
    return posted(about, lines, fact, on, at)


def _allowances(fact: OfWriteOff, sign: int) -> list[JournalLine]:
    return [
        JournalLine(ALLOWANCE, sign * fact.own, customer=fact.account, invoice=fact.invoice),
        JournalLine(ALLOWANCE, sign * fact.general, invoice=fact.invoice),
    ]


def _expense(fact: OfWriteOff, amount: Decimal) -> JournalLine:
    return JournalLine(CREDIT_LOSSES, amount, customer=fact.account, invoice=fact.invoice)


def _tax(fact: OfWriteOff, moved: ReceivablesPosted, amount: Decimal) -> JournalLine:
    agreed = sum((each.amount for each in moved.movements if each.balance == RELIEVED), ZERO)
    return JournalLine(
        TAX_PAYABLE,
        amount,
        customer=fact.account,
        invoice=fact.invoice,
        foreign=foreign(moved.currency, moved.exchange, agreed),
    )
