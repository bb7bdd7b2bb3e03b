"""The tax report: what was taxed, by whom and at which rate, and what came back of it.

A row is one (country, code, category, rate, currency): base and tax of invoices, of credit notes,
and the relief for what was not paid (write-offs less recoveries and reversals, and lost disputes),
which facts say per invoice: it falls on the invoice's tax groups by their tax, cumulatively, so
that what is given back and owed again cancels in each. It all adds up to what 2200 moved by.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledger.money import ZERO, allocate, digits
from ledger.posting.chart import TAX_PAYABLE
from ledger.posting.movements import Movement
from ledger.reads import subledgers as reads
from ledger.reads.rollforward import roll_forward
from ledger.reads.span import Span, whole
from ledger.reads.subledgers import Group, Relief
from ledger.store.transaction import Transaction

INVOICE, CREDIT_NOTE = "invoice", "credit_note"
KINDS = (INVOICE, CREDIT_NOTE, "write_off", "recovery", "reversal", "dispute_lost")


@dataclass(frozen=True)
class TaxKey:
    """What makes a row of a tax report."""

    country: str | None
    code: str | None
    category: str
    rate: Decimal
    currency: str


@dataclass(frozen=True)
class Sums:
    """Base and tax in the document's currency, and in that of the books."""

    base: Decimal = ZERO
    tax: Decimal = ZERO
    booked_base: Decimal = ZERO
    booked_tax: Decimal = ZERO
    documents: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(a + b for a, b in zip(_values(self), _values(other), strict=True)))


@dataclass(frozen=True)
class TaxRow:
    """One row of a tax report, by kind of document; credit notes and relief are negative."""

    key: TaxKey
    kinds: dict[str, Sums] = field(default_factory=dict)

    def of(self, kind: str) -> Sums:
        """Return the sums of one kind of document."""
        return self.kinds.get(kind, Sums())

    @property
    def total(self) -> Sums:
        """What all kinds come to."""
        return sum(self.kinds.values(), Sums())


@dataclass(frozen=True)
class TaxReport:
    """The rows of an entity in a span, and what they are held against.

    ``posted`` is what account 2200 moved by, without revaluations.
    """

    rows: list[TaxRow]
    posted: Decimal

    @property
    def reported(self) -> Decimal:
        """The tax of all rows, in the currency of the books."""
        return sum((row.total.booked_tax for row in self.rows), ZERO)

    @property
    def difference(self) -> Decimal:
        """What the account moved by beyond the rows: always zero."""
        return self.posted - self.reported


def tax_report(tx: Transaction, span: Span) -> TaxReport:
    """Return the tax of an entity's documents in a span, by their dates."""
    span = whole(tx, span)
    sums: dict[TaxKey, dict[str, Sums]] = defaultdict(dict)
    for row in tx.all(reads.taxed(span)):
        key = TaxKey(row.country, row.code, row.category, row.rate.normalize(), row.currency)
        _add(
            sums[key],
            row.kind,
            Sums(row.base, row.tax, row.booked_base, row.booked_tax, row.documents),
        )
    for key, kind, relieved in _reliefs(tx, span):
        _add(sums[key], kind, relieved)
    rows = [TaxRow(key, kinds) for key, kinds in sorted(sums.items(), key=_order)]
    return TaxReport(rows, _posted(tx, span))


def _posted(tx: Transaction, span: Span) -> Decimal:
    moved = roll_forward(tx, span, [TAX_PAYABLE])
    return sum((row.moved - row.movements.get(Movement.REVALUED, ZERO) for row in moved), ZERO)


def _reliefs(tx: Transaction, span: Span) -> Iterator[tuple[TaxKey, str, Sums]]:
    """Yield what the span changed of the relief of each group of each invoice."""
    found = tx.all(reads.reliefs(span))
    groups: dict[str, list[Group]] = defaultdict(list)
    for group in tx.all(reads.groups_of(sorted({row.invoice for row in found}))):
        groups[group.number].append(group)
    for row in found:
        of_invoice = groups[row.invoice]
        for group, tax, booked in zip(of_invoice, *_shares(row, of_invoice), strict=True):
            key = TaxKey(
                group.country, group.code, group.category, group.rate.normalize(), group.currency
            )
            yield key, row.kind, Sums(tax=tax, booked_tax=booked)


def _shares(row: Relief, groups: Sequence[Group]) -> tuple[list[Decimal], list[Decimal]]:
    """Return what falls on each group in a span: by its end, less what fell on it before."""
    weights = [abs(group.tax) for group in groups]
    spans = (
        (row.tax_before, row.tax, row.currency),
        (row.booked_before, row.booked_tax, row.books),
    )
    tax, booked = (
        [
            by_end - until
            for until, by_end in zip(
                allocate(before, weights, digits(currency)),
                allocate(after, weights, digits(currency)),
                strict=True,
            )
        ]
        for before, after, currency in spans
    )
    return tax, booked


def _add(kinds: dict[str, Sums], kind: str, sums: Sums) -> None:
    kinds[kind] = kinds.get(kind, Sums()) + sums


def _order(row: tuple[TaxKey, Any]) -> tuple[Any, ...]:
    key = row[0]
    return key.country or "", key.category, key.rate, key.code or "", key.currency


def _values(sums: Sums) -> Iterable[Any]:
    return (sums.base, sums.tax, sums.booked_base, sums.booked_tax, sums.documents)
