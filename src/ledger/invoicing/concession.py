"""A concession: part of an invoice is given back, and nothing becomes billable again.

It takes at most what is left of the line, of its tax group, and of what the customer still bears of
the charge: an upgrade that gave 63.87 of a line of 99.00 back leaves 35.13 to concede. Of a line in
advance it first takes what is not earned on its day, from deferred revenue; the rest from revenue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.errors import AmountTooLarge, NothingToCredit, UnknownInvoiceLine
from ledger.events.billing import CreditNoteIssued, Deferred, InvoiceIssued, InvoiceLine
from ledger.events.fact import Fact
from ledger.invoicing.billable import DEFERRED_REVENUE, StreamKey, stream_key
from ledger.invoicing.billed import CONCESSION, billed_so_far
from ledger.invoicing.booking import Books, credited
from ledger.invoicing.credit import Back, credited_lines
from ledger.invoicing.lines import Issue
from ledger.invoicing.originals import BilledLine, InvoiceGroup, Originals, originals
from ledger.invoicing.schedules import Terms, unearned_of
from ledger.invoicing.tax import Rounding, Taxed, groups_of
from ledger.money import ONE, ZERO, allocate, digits, exactly, plain


@dataclass(frozen=True)
class Wanted:
    """So much net of one line; ``field`` says where it was asked for."""

    line: int
    net: Decimal
    field: str


@dataclass
class Left:
    """What may still be conceded, while one concession takes from it."""

    earlier: Originals
    paid: dict[StreamKey, Decimal]
    groups: dict[InvoiceGroup, Decimal] = field(default_factory=dict)

    def of(self, billed: BilledLine) -> Decimal:
        """Return what may be conceded of a line, net."""
        if billed.key not in self.earlier.by_line:
            return ZERO
        of_group = self.groups.get(billed.group, self.earlier.by_group[billed.group].net)
        of_stream = self.paid[stream_key(billed.line.charge)]
        return max(min(self.earlier.by_line[billed.key].net, of_group, of_stream), ZERO)

    def take(self, billed: BilledLine, net: Decimal) -> None:
        """Take so much of a line."""
        of_group = self.groups.get(billed.group, self.earlier.by_group[billed.group].net)
        self.groups[billed.group] = of_group - net
        self.paid[stream_key(billed.line.charge)] -= net


@exactly
def concession(
    invoice: InvoiceIssued,
    wanted: Sequence[Wanted] | None,
    issue: Issue,
    terms: Terms,
    history: Sequence[Fact],
    is_open: Mapping[str, Decimal],
    note: str | None = None,
    books: Books | None = None,
) -> CreditNoteIssued:
    """Return the credit note over these lines, or over all that is left; number and version empty.

    ``history`` is the payer's receivables stream and ``is_open`` what is open per invoice;
    ``books`` say how a document in another currency than the entity's is booked. Raises
    UnknownInvoiceLine, AmountTooLarge and NothingToCredit.
    """
    earlier = originals(history)
    paid = {key: billed.net - billed.conceded for key, billed in billed_so_far(history).items()}
    taken = _taken(invoice, wanted, Left(earlier, paid))
    rounding = Rounding(digits(invoice.currency), terms.mode)
    taxed = credited_lines([Back(net, billed, False) for billed, net in taken], earlier, rounding)
    lines = [
        _line(number, billed, each)
        for number, ((billed, _), each) in enumerate(zip(taken, taxed, strict=True), start=1)
    ]
    made = CreditNoteIssued(
        **_fields(invoice, lines, [billed for billed, _ in taken], is_open),
        timestamp=issue.at,
        issued_on=issue.on,
        reason=CONCESSION,
        note=note,
    )
    made = made if books is None else credited(made, books, earlier)
    return _with_deferred(made, invoice, terms, history)


def _with_deferred(
    note: CreditNoteIssued, invoice: InvoiceIssued, terms: Terms, history: Sequence[Fact]
) -> CreditNoteIssued:
    """Return the note with what each line takes of deferred revenue, in the entity's currency."""
    lines = {line.line: line for line in invoice.lines}
    return replace(
        note,
        lines=tuple(
            replace(
                line,
                deferred=_deferred(
                    lines[line.against_line or 0],
                    line.net if line.booked is None else line.booked,
                    note.issued_on,
                    terms,
                    history,
                ),
            )
            for line in note.lines
        ),
    )


def _taken(
    invoice: InvoiceIssued, wanted: Sequence[Wanted] | None, left: Left
) -> list[tuple[BilledLine, Decimal]]:
    """Return what goes back of each line, in the order of the invoice."""
    lines = {line.line: BilledLine(invoice, line) for line in invoice.lines}
    taken: dict[int, Decimal] = {}
    for one in _all(lines, left) if wanted is None else wanted:
        if one.line not in lines:
            raise UnknownInvoiceLine(field=one.field, id=one.line)
        billed = lines[one.line]
        limit = left.of(billed)
        net = limit if wanted is None else one.net
        if net > limit:
            raise AmountTooLarge(
                field=one.field,
                amount=plain(net),
                limit=plain(limit),
                what=f"line {one.line} of {invoice.number}",
            )
        if net:
            left.take(billed, net)
            taken[one.line] = net
    if not taken:
        raise NothingToCredit(field="invoice", invoice=invoice.number)
    return [(lines[number], taken[number]) for number in sorted(taken)]


def _all(lines: Mapping[int, BilledLine], left: Left) -> list[Wanted]:
    return [Wanted(number, left.of(billed), "lines") for number, billed in lines.items()]


def _deferred(
    line: InvoiceLine, net: Decimal, on: date, terms: Terms, history: Sequence[Fact]
) -> tuple[Deferred, ...]:
    """Return what a concession takes of deferred revenue: of a bundle from each part alike."""
    if line.clears != DEFERRED_REVENUE:
        return ()
    amount = min(net, unearned_of(stream_key(line.charge), history, on, terms))
    weights = [abs(each.amount) for each in line.deferred]
    if not amount or not any(weights):
        return ()
    shares = allocate(amount, weights, terms.places)
    return tuple(
        replace(each, amount=share)
        for each, share in zip(line.deferred, shares, strict=True)
        if share
    )


def _line(number: int, billed: BilledLine, taxed: Taxed) -> InvoiceLine:
    line = billed.line
    return replace(
        line,
        line=number,
        quantity=line.quantity if taxed.net == line.net else ONE,
        net=taxed.net,
        tax=taxed.tax,
        corrects=line.charge,
        against=billed.invoice.number,
        against_line=line.line,
        accrued=None,
        allowances=(),
        absorbed=ZERO,
        absorbed_tax=ZERO,
        deferred=(),
        booked=None,
        relieved=None,
        billed_to=None,
    )


def _fields(
    invoice: InvoiceIssued,
    lines: Sequence[InvoiceLine],
    back: Sequence[BilledLine],
    is_open: Mapping[str, Decimal],
) -> dict[str, Any]:
    pairs = [
        (billed.terms, Taxed(line.net, line.tax)) for billed, line in zip(back, lines, strict=True)
    ]
    taxes = groups_of(pairs)
    net = sum((group.base for group in taxes), ZERO)
    tax = sum((group.tax for group in taxes), ZERO)
    to_receivable = min(is_open.get(invoice.number, ZERO), net + tax)
    return {
        "originator_id": invoice.originator_id,
        "originator_version": 0,
        "causes": (invoice.cause,),
        "number": "",
        "entity": invoice.entity,
        "account": invoice.account,
        "currency": invoice.currency,
        "invoice": invoice.number,
        "net": net,
        "tax": tax,
        "total": net + tax,
        "lines": tuple(lines),
        "taxes": taxes,
        "to_receivable": to_receivable,
        "to_credit_balance": net + tax - to_receivable,
        "tax_inclusive": invoice.tax_inclusive,
    }
