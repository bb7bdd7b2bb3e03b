"""What earlier invoices still stand for: per line and per tax group, less what was credited.

An invoice is credited at most to nothing, per line, per tax group and in its tax. One on which
some tax group is negative is not credited at all: the correction becomes a negative line of the
next document instead (docs/decisions/0011).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine, TaxGroup
from ledger.events.fact import Fact
from ledger.invoicing.billable import StreamKey, stream_key
from ledger.invoicing.tax import GroupKey, TaxTerms
from ledger.money import ZERO

LineKey = tuple[str, int]
InvoiceGroup = tuple[str, GroupKey]


@dataclass(frozen=True)
class BilledLine:
    """A line of an earlier invoice, with that invoice."""

    invoice: InvoiceIssued
    line: InvoiceLine

    @property
    def terms(self) -> TaxTerms:
        """How the line was taxed; a credit note follows its original."""
        line = self.line
        reasons = (g.exemption_reason for g in self.invoice.taxes if _key(g) == _key(line))
        return TaxTerms(line.category, line.rate, line.tax_code, next(reasons, None))

    @property
    def key(self) -> LineKey:
        """Invoice number and line number."""
        return self.invoice.number, self.line.line

    @property
    def group(self) -> InvoiceGroup:
        """Invoice number and tax group."""
        return self.invoice.number, _key(self.line)


@dataclass(frozen=True)
class Left:
    """So much net and tax is not credited yet; ``booked`` and ``booked_tax`` in the books."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    booked: Decimal = ZERO
    booked_tax: Decimal = ZERO

    def amount(self, inclusive: bool) -> Decimal:
        """Return it as prices state it: gross where they include tax, else net."""
        return self.net + self.tax if inclusive else self.net

    def less(self, line: InvoiceLine) -> "Left":
        """Return what is left after this line was credited."""
        booked = self.booked - (line.booked or ZERO)
        return replace(self, net=self.net - line.net, tax=self.tax - line.tax, booked=booked)


@dataclass
class Originals:
    """Earlier invoices of a payer: their positive lines by charge stream, oldest first."""

    lines: dict[StreamKey, list[BilledLine]] = field(default_factory=dict)
    by_line: dict[LineKey, Left] = field(default_factory=dict)
    by_group: dict[InvoiceGroup, Left] = field(default_factory=dict)

    def creditable(self, key: StreamKey, inclusive: bool) -> Iterator[BilledLine]:
        """Yield the lines that billed a stream, newest first, where something may be left."""
        for billed in reversed(self.lines.get(key, [])):
            if billed.invoice.tax_inclusive == inclusive:
                yield billed


def originals(history: Iterable[Fact]) -> Originals:
    """Fold the facts of a receivables stream, in order, to what may still be credited."""
    result = Originals()
    for fact in history:
        if isinstance(fact, InvoiceIssued):
            _bill(result, fact)
        elif isinstance(fact, CreditNoteIssued):
            _credit(result, fact)
            _untax(result, fact)
    return result


def _bill(result: Originals, invoice: InvoiceIssued) -> None:
    if any(group.base < 0 for group in invoice.taxes):
        return
    for group in invoice.taxes:
        result.by_group[invoice.number, _key(group)] = Left(
            group.base, group.tax, booked_tax=group.booked or ZERO
        )
    for line in invoice.lines:
        if line.net + line.tax > 0:
            billed = BilledLine(invoice, line)
            result.lines.setdefault(stream_key(line.charge), []).append(billed)
            result.by_line[billed.key] = Left(line.net, line.tax, line.booked or ZERO)


def _credit(result: Originals, note: CreditNoteIssued) -> None:
    for line in note.lines:
        if line.against is None or line.against_line is None:
            continue
        key = (line.against, line.against_line)
        group = (line.against, _key(line))
        if key in result.by_line:
            result.by_line[key] = result.by_line[key].less(line)
        if group in result.by_group:
            result.by_group[group] = result.by_group[group].less(line)


def _untax(result: Originals, note: CreditNoteIssued) -> None:
    """Take the booked tax of a credit note off its invoice's groups."""
    for group in note.taxes:
        key = (note.invoice or "", _key(group))
        if key in result.by_group and group.booked:
            left = result.by_group[key]
            result.by_group[key] = replace(left, booked_tax=left.booked_tax - group.booked)


def _key(taxed: InvoiceLine | TaxGroup) -> GroupKey:
    return TaxTerms(taxed.category, taxed.rate).group
