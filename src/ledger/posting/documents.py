"""Posting of invoices and credit notes: each line against the account it clears.

    InvoiceIssued                     Dr 1100 / Cr cleared, 2200         net per line, tax per group
    CreditNoteIssued, re-rating       Dr cleared, 2200 / Cr 1100, 2120   what is open, the rest
    CreditNoteIssued, net credit      Dr cleared, 2200 / Cr 2120
    CreditNoteIssued, concession      Dr 2100 unearned, revenue the rest, 2200 / Cr 1100, 2120
    either, where prices include tax  Dr 1150 / Cr revenue first         final net - accrued net
    either, after a concession        Dr cleared / Cr revenue first      what it gave back before

Cleared is 1150 for usage and in arrears, 2100 in advance, 2110 for a grant, 1160 or 4020 for a
commitment, and revenue for a one-time item: there the discount is a debit of 4090 beside the gross.
In a currency other than the entity's every line is booked at its part of the document, and what was
accrued at what it carries; the difference is Cr or Dr 7000.

An invoice turns unbilled into billed; it never credits revenue twice. A journal line's ``invoice``
and ``invoice_line`` name the document line it came from; on 1100 and 2120 ``invoice`` is the
invoice whose balance it changes.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from ledger.catalog.exchange import convert
from ledger.credits.purchase import PREFIX
from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine
from ledger.events.journal import JournalLine, JournalPosted
from ledger.invoicing.billable import GRANT
from ledger.invoicing.billed import CONCESSION
from ledger.invoicing.booking import Document
from ledger.money import ZERO
from ledger.posting.chart import (
    ALLOWANCES,
    CREDIT_BALANCE,
    DEFERRED_REVENUE,
    EXCHANGE_GAIN,
    RECEIVABLE,
    TAX_PAYABLE,
)
from ledger.posting.entry import Heading, currency_of, foreign, posted, span
from ledger.rating.fee_charges import ACCRUING
from ledger.receivables.movements import credit_worth

INVOICE = "invoice_issued@1"
CREDIT_NOTE_RERATING = "credit_note_rerating@1"
CREDIT_NOTE_CONCESSION = "credit_note_concession@1"
NET_CREDIT = "net_credit@1"
INVOICE_FINAL_NET = "invoice_final_net@1"
CONCESSION_ABSORBED = "concession_absorbed@1"


def invoice(fact: InvoiceIssued, on: date, at: datetime) -> JournalPosted | None:
    """Bill what was charged: receivable against what each line clears, and tax payable."""
    lines = [
        _balance(fact, RECEIVABLE, fact.number, fact.total, fact.booked),
        *(entry for line in fact.lines for entry in _cleared(fact, line, -1)),
        *_taxes(fact, -1),
    ]
    return posted(_heading(fact, "invoice", INVOICE, "Invoice"), lines, fact, on, at)


def credit_note(fact: CreditNoteIssued, on: date, at: datetime) -> JournalPosted | None:
    """Take back what was billed, and tax, against what is open, the rest to the balance."""
    about = fact.invoice or fact.number
    of_line = _conceded if fact.reason == CONCESSION else _cleared
    lines = [
        *(entry for line in fact.lines for entry in of_line(fact, line, 1)),
        *_taxes(fact, 1),
        _balance(fact, RECEIVABLE, about, -fact.to_receivable, _minus(fact.booked_receivable)),
        _balance(fact, CREDIT_BALANCE, about, -fact.to_credit_balance, _minus(_to_balance(fact))),
        _balance(fact, EXCHANGE_GAIN, about, ZERO, _left_over(fact)),
    ]
    return posted(_heading(fact, "credit_note", _rule(fact), "Credit note"), lines, fact, on, at)


def final_net(fact: Document, on: date, at: datetime) -> JournalPosted | None:
    """Bring unbilled and revenue from the accrued net to the lines' final net; None if equal.

    It differs only where prices include tax: the split of a document's gross is known when the
    document is.
    """
    lines = [
        entry
        for line in fact.lines
        if line.clears in ACCRUING
        for entry in _correction(fact, line, line.net + line.absorbed - line.cleared)
    ]
    return posted(
        _heading(fact, "final_net", INVOICE_FINAL_NET, "Final net of"), lines, fact, on, at
    )


def absorbed(fact: Document, on: date, at: datetime) -> JournalPosted | None:
    """Take back the revenue side of a concession that a correction has met; None for none."""
    lines = [
        entry
        for line in fact.lines
        if line.clears != line.revenue_account
        for entry in _correction(fact, line, -line.absorbed)
    ]
    heading = _heading(fact, "absorbed", CONCESSION_ABSORBED, "Conceded before")
    return posted(heading, lines, fact, on, at)


def document_entries(fact: Document, on: date, at: datetime) -> list[JournalPosted]:
    """Return all entries of a document in posting order: final net first, then the document."""
    if isinstance(fact, CreditNoteIssued) and fact.reason == CONCESSION:
        entries = [credit_note(fact, on, at)]
    elif isinstance(fact, CreditNoteIssued):
        entries = [final_net(fact, on, at), absorbed(fact, on, at), credit_note(fact, on, at)]
    else:
        entries = [final_net(fact, on, at), absorbed(fact, on, at), invoice(fact, on, at)]
    return [entry for entry in entries if entry]


def _rule(fact: CreditNoteIssued) -> str:
    if fact.reason == CONCESSION:
        return CREDIT_NOTE_CONCESSION
    return CREDIT_NOTE_RERATING if fact.invoice else NET_CREDIT


def _heading(fact: Document, kind: str, rule: str, text: str) -> Heading:
    return Heading(
        entry=f"{kind}/{fact.number}",
        entity=fact.entity,
        currency=currency_of(fact.currency, fact.exchange),
        rule=rule,
        text=f"{text} {fact.number} to {fact.account}",
        service=span((line.period_from, line.period_to) for line in fact.lines),
        document=fact.number,
    )


def _to_balance(fact: CreditNoteIssued) -> Decimal | None:
    """Return what goes to the customer's balance, as booked."""
    return None if fact.booked is None else credit_worth(fact)


def _left_over(fact: CreditNoteIssued) -> Decimal | None:
    """Return what its parts and the receivable were rounded apart; a balance takes it, if any."""
    if fact.booked is None or fact.booked_receivable is None:
        return None
    return fact.booked_receivable + credit_worth(fact) - fact.booked


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _cleared(fact: Document, line: InvoiceLine, sign: int) -> Iterator[JournalLine]:
    """Yield what a line clears; of a one-time item the revenue gross, and its discounts."""
    worth = line.net if line.booked is None else line.booked
    if line.clears != line.revenue_account:
        carried = worth if line.relieved is None else _main(fact, line, line.relieved)
        yield _of(fact, line, line.clears, sign * carried, sign * line.net)
        yield _of(fact, line, EXCHANGE_GAIN, sign * (worth - carried))
        return
    discounts = [each for each in line.allowances if each.kind == "discount"]
    for each in discounts:
        amount = _worth(fact, each.amount)
        worth += amount
        yield _of(fact, line, ALLOWANCES, -sign * amount, -sign * each.amount, each.id)
    gross = line.net + sum((each.amount for each in discounts), ZERO)
    yield _of(fact, line, line.clears, sign * worth, sign * gross)


def _main(fact: Document, line: InvoiceLine, relieved: Decimal) -> Decimal:
    """Return what the document's own entry relieves, beside the entries before it."""
    final = line.net + line.absorbed - line.cleared
    return relieved + _worth(fact, final) - _worth(fact, line.absorbed)


def _conceded(fact: Document, line: InvoiceLine, sign: int) -> Iterator[JournalLine]:
    """Yield what a concession takes: of deferred revenue what is not earned yet, else revenue."""
    worth = line.net if line.booked is None else line.booked
    unearned = sum((each.amount for each in line.deferred), ZERO)
    yield _of(fact, line, DEFERRED_REVENUE, sign * unearned)
    rest = None if unearned else sign * line.net
    yield _of(fact, line, line.revenue_account, sign * (worth - unearned), rest)


def _correction(fact: Document, line: InvoiceLine, amount: Decimal) -> Iterator[JournalLine]:
    sign = 1 if isinstance(fact, InvoiceIssued) else -1
    worth = _worth(fact, amount)
    yield _of(fact, line, line.clears, sign * worth, sign * amount)
    yield _of(fact, line, line.revenue_account, -sign * worth, -sign * amount)


def _worth(fact: Document, amount: Decimal) -> Decimal:
    """Return an amount in the currency of the books."""
    return amount if fact.exchange is None else convert(amount, fact.exchange)


def _of(
    fact: Document,
    line: InvoiceLine,
    account: str,
    amount: Decimal,
    agreed: Decimal | None = None,
    discount: str | None = None,
) -> JournalLine:
    return JournalLine(
        account,
        amount,
        customer=line.account,
        invoice=fact.number,
        invoice_line=line.line,
        charge=line.charge,
        grant=line.subscription.removeprefix(PREFIX) if line.kind == GRANT else None,
        discount=discount,
        foreign=foreign(fact.currency, fact.exchange, agreed),
    )


def _balance(
    fact: Document, account: str, invoice: str, amount: Decimal, booked: Decimal | None
) -> JournalLine:
    return JournalLine(
        account,
        amount if booked is None else booked,
        customer=fact.account,
        invoice=invoice,
        foreign=foreign(fact.currency, fact.exchange, amount),
    )


def _taxes(fact: Document, sign: int) -> Iterator[JournalLine]:
    for group in fact.taxes:
        booked = None if group.booked is None else sign * group.booked
        yield _balance(fact, TAX_PAYABLE, fact.number, sign * group.tax, booked)
