"""Drafts: the invoice and credit notes of one payer at one issue, complete but for numbers.

One invoice of all that is to bill (one per way of pricing, net or gross: docs/decisions/0010); if
its total is negative, a credit note to the customer's balance instead. One credit note per earlier
invoice that a re-rating lowers: it takes what is not paid of it (open, written off, or lost to a
dispute) before anything goes to the balance. Tax is that of the day of issue; a credit note's is
its original's.
Lines that credit paid for wholly stand on the next document with money; alone they make none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued, InvoiceIssued
from ledger.events.fact import Fact
from ledger.invoicing.billable import Billable, Payer
from ledger.invoicing.billed import NET_CREDIT, RERATING
from ledger.invoicing.booking import Books, Document, booked, carried_of, granted_of
from ledger.invoicing.credit import Back, credited_lines
from ledger.invoicing.engine import Line, Request, assess
from ledger.invoicing.lines import Issue, Row, body
from ledger.invoicing.originals import BilledLine, Originals, originals
from ledger.invoicing.parts import Part, Room, parts
from ledger.invoicing.tax import Rounding
from ledger.money import ZERO, digits, exactly


@exactly
def draft(
    payer: Payer,
    billables: Iterable[Billable],
    issue: Issue,
    history: Iterable[Fact] = (),
    unpaid: Mapping[str, Decimal] | None = None,
    books: Books | None = None,
) -> list[Document]:
    """Return the documents of a payer, numbers empty and versions 0: the invoice first.

    ``history`` is the payer's receivables stream and ``unpaid`` what of each invoice is open, given
    up or lost to disputes; both are needed only where a billable lowers what was billed
    (``needs_history``). ``books`` say how documents in another currency than the entity's are
    booked.
    """
    due = [billable for billable in billables if billable.is_due(issue.through)]
    earlier = originals(history)
    room = Room(earlier)
    split = [part for billable in _ordered(due, payer) for part in parts(billable, payer, room)]
    documents: list[Document] = []
    for inclusive in (False, True):
        new = [p for p in split if not p.against and p.billable.tax_inclusive == inclusive]
        if any(part.amount or part.absorbed for part in new):
            documents.append(_bill(payer, new, issue))
    documents += [_credit(payer, back, issue, earlier, unpaid or {}) for back in _by_invoice(split)]
    if books is None:
        return documents
    books = replace(books, accrued=carried_of(due), granted=granted_of(due))
    return booked(documents, books, earlier)


def _ordered(due: Iterable[Billable], payer: Payer) -> list[Billable]:
    """The payer's own lines first, then by account and subscription.

    There comes what a change gives back first, then the place in the plan and the period.
    """
    return sorted(
        due,
        key=lambda b: (
            b.account != payer.account,
            b.account,
            b.subscription,
            not (b.netted and b.change(payer) < 0),
            *(b.order, b.item, b.period_from, b.key),
        ),
    )


def _by_invoice(split: Iterable[Part]) -> list[list[tuple[Part, BilledLine]]]:
    """Group the parts that go back by the invoice they go back to, oldest invoice first."""
    found: dict[str, list[tuple[Part, BilledLine]]] = {}
    for part in split:
        if part.against:
            found.setdefault(part.against.invoice.number, []).append((part, part.against))
    return sorted(found.values(), key=lambda back: back[0][1].invoice.originator_version)


def _bill(payer: Payer, new: Sequence[Part], issue: Issue) -> Document:
    assessed = assess(issue.engine, _request(payer, new, issue))
    rows = [Row(part, each.terms, each.taxed) for part, each in zip(new, assessed, strict=True)]
    causes = [row.terms.cause for row in rows if row.terms.cause]
    if sum((row.taxed.net + row.taxed.tax for row in rows), ZERO) < 0:
        fields = body(payer, [row.turned() for row in rows], issue, causes)
        return CreditNoteIssued(
            **fields,
            invoice=None,
            to_receivable=ZERO,
            to_credit_balance=fields["total"],
            reason=NET_CREDIT,
        )
    due_on = issue.on + timedelta(days=payer.payment_terms_days)
    return InvoiceIssued(**body(payer, rows, issue, causes), due_on=due_on)


def _request(payer: Payer, new: Sequence[Part], issue: Issue) -> Request:
    lines = [
        Line(
            amount=part.amount,
            code=part.billable.tax_code,
            kind=part.billable.kind,
            item=part.billable.item,
            account=part.billable.account,
        )
        for part in new
    ]
    return Request(
        place=payer.place,
        currency=payer.currency,
        on=issue.on,
        inclusive=new[0].billable.tax_inclusive,
        rounding=_rounding(payer),
        lines=lines,
        rates=issue.rates,
    )


def _credit(
    payer: Payer,
    back: Sequence[tuple[Part, BilledLine]],
    issue: Issue,
    earlier: Originals,
    unpaid: Mapping[str, Decimal],
) -> Document:
    invoice = back[0][1].invoice
    wanted = [Back(part.amount, billed, part.billable.tax_inclusive) for part, billed in back]
    taxed = credited_lines(wanted, earlier, _rounding(payer))
    rows = [Row(part, billed.terms, each) for (part, billed), each in zip(back, taxed, strict=True)]
    fields = body(payer, rows, issue, [invoice.cause])
    to_receivable = min(unpaid.get(invoice.number, ZERO), fields["total"])
    return CreditNoteIssued(
        **fields,
        invoice=invoice.number,
        to_receivable=to_receivable,
        to_credit_balance=fields["total"] - to_receivable,
        reason=RERATING,
    )


def _rounding(payer: Payer) -> Rounding:
    return Rounding(digits(payer.currency), payer.rounding)
