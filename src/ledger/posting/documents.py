"""Posting of invoices and credit notes for usage in arrears.

    InvoiceIssued                     Dr 1100 / Cr 1150, 2200            net per line, tax per group
    CreditNoteIssued, re-rating       Dr 1150, 2200 / Cr 1100, 2120      what is open, the rest
    CreditNoteIssued, net credit      Dr 1150, 2200 / Cr 2120
    either, where prices include tax  Dr 1150 / Cr revenue first         final net - accrued net

An invoice turns unbilled into billed; it never credits revenue twice. A journal line's ``invoice``
and ``invoice_line`` name the document line it came from; on 1100 and 2120 ``invoice`` is the
invoice whose balance it changes.
"""

from collections.abc import Iterator
from datetime import date, datetime

from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine
from ledger.events.journal import JournalLine, JournalPosted
from ledger.invoicing.draft import Document
from ledger.posting.chart import CREDIT_BALANCE, RECEIVABLE, TAX_PAYABLE, UNBILLED
from ledger.posting.entry import Heading, posted, span

INVOICE = "invoice_issued@1"
CREDIT_NOTE_RERATING = "credit_note_rerating@1"
NET_CREDIT = "net_credit@1"
INVOICE_FINAL_NET = "invoice_final_net@1"


def invoice(fact: InvoiceIssued, on: date, at: datetime) -> JournalPosted | None:
    """Bill what was accrued: receivable against unbilled and tax payable."""
    lines = [
        JournalLine(RECEIVABLE, fact.total, customer=fact.account, invoice=fact.number),
        *(_unbilled(fact, line, -1) for line in fact.lines),
        *_taxes(fact, -1),
    ]
    return posted(_heading(fact, "invoice", INVOICE, "Invoice"), lines, fact, on, at)


def credit_note(fact: CreditNoteIssued, on: date, at: datetime) -> JournalPosted | None:
    """Take back what was billed: unbilled and tax against what is open, the rest to the balance."""
    rule = CREDIT_NOTE_RERATING if fact.invoice else NET_CREDIT
    about = fact.invoice or fact.number
    lines = [
        *(_unbilled(fact, line, 1) for line in fact.lines),
        *_taxes(fact, 1),
        *(
            JournalLine(account, -amount, customer=fact.account, invoice=about)
            for account, amount in (
                (RECEIVABLE, fact.to_receivable),
                (CREDIT_BALANCE, fact.to_credit_balance),
            )
        ),
    ]
    return posted(_heading(fact, "credit_note", rule, "Credit note"), lines, fact, on, at)


def final_net(fact: Document, on: date, at: datetime) -> JournalPosted | None:
    """Bring unbilled and revenue from the accrued net to the lines' final net; None if equal.

    It differs only where prices include tax: the split of a document's gross is known when the
    document is.
    """
    lines = [entry for line in fact.lines for entry in _correction(fact, line)]
    return posted(
        _heading(fact, "final_net", INVOICE_FINAL_NET, "Final net of"), lines, fact, on, at
    )


def document_entries(fact: Document, on: date, at: datetime) -> list[JournalPosted]:
    """Return all entries of a document in posting order: final net first, then the document."""
    main = invoice(fact, on, at) if isinstance(fact, InvoiceIssued) else credit_note(fact, on, at)
    return [entry for entry in (final_net(fact, on, at), main) if entry]


def _heading(fact: Document, kind: str, rule: str, text: str) -> Heading:
    return Heading(
        entry=f"{kind}/{fact.number}",
        entity=fact.entity,
        currency=fact.currency,
        rule=rule,
        text=f"{text} {fact.number} to {fact.account}",
        service=span((line.period_from, line.period_to) for line in fact.lines),
        document=fact.number,
    )


def _unbilled(fact: Document, line: InvoiceLine, sign: int) -> JournalLine:
    return JournalLine(
        UNBILLED,
        sign * line.net,
        customer=line.account,
        invoice=fact.number,
        invoice_line=line.line,
        charge=line.charge,
    )


def _taxes(fact: Document, sign: int) -> Iterator[JournalLine]:
    for group in fact.taxes:
        yield JournalLine(TAX_PAYABLE, sign * group.tax, customer=fact.account, invoice=fact.number)


def _correction(fact: Document, line: InvoiceLine) -> Iterator[JournalLine]:
    sign = 1 if isinstance(fact, InvoiceIssued) else -1
    difference = sign * (line.net - line.cleared)
    for account, amount in ((UNBILLED, difference), (line.revenue_account, -difference)):
        yield JournalLine(
            account,
            amount,
            customer=line.account,
            invoice=fact.number,
            invoice_line=line.line,
            charge=line.charge,
        )
