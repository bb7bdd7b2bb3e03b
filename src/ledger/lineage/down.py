"""From a journal line down to the usage events behind it.

    journal line <- journal entry <- invoice line <- charge <- usage set <- usage events

The walk reads the log by names that the facts themselves carry, a read per floor and not per fact;
only the pages of usage come from a projection.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.errors import UnknownLine
from ledger.events.billing import CreditNoteIssued, InvoiceIssued, InvoiceLine, UsageRated
from ledger.events.catalog import TaxRateSet
from ledger.events.charges import ItemCharged
from ledger.events.chart import PostingRuleChanged
from ledger.events.credit import CreditDrawn, CreditExpired
from ledger.events.fact import Cause
from ledger.events.intercompany import Intercompany, IntercompanyCharged
from ledger.events.journal import JournalLine, JournalPosted
from ledger.events.revaluation import ReceivableRevalued, Revalued
from ledger.events.streams import charge_stream, stream
from ledger.lineage.describe import document_line, journal_line, node, usage_set
from ledger.lineage.facts import Placed, at, named, of_kind
from ledger.lineage.nodes import Node
from ledger.lineage.usage_set import Page, usage_of
from ledger.reads.invoices import invoices_by_number
from ledger.store.transaction import Transaction

LINE_ID = re.compile(r"([1-9][0-9]{0,17})\.([1-9][0-9]{0,5})")

Document = InvoiceIssued | CreditNoteIssued


def down(
    tx: Transaction, line: str, *, first: int = 100, after: str | None = None, prove: bool = False
) -> Node:
    """Return the tree below a journal line such as ``871.2``.

    Each usage set shows its ``first`` events; ``after`` goes on where a page ended. With ``prove``
    every set is computed again. Raises ``UnknownLine``.
    """
    placed, entry, number = _find(tx, line)
    walk = _Walk(tx, Page.after(first, after), prove)
    causes = tuple(walk.causes_of_entry(entry, entry.lines[number - 1]))
    return journal_line(placed, entry, number, node(placed, *causes))


def _find(tx: Transaction, line: str) -> tuple[Placed, JournalPosted, int]:
    """Return the entry a line belongs to, and the line's number in it."""
    if match := LINE_ID.fullmatch(line):
        position, number = map(int, match.groups())
        placed = at(tx, 0, position)
        if placed and isinstance(placed.fact, JournalPosted) and number <= len(placed.fact.lines):
            return placed, placed.fact, number
    raise UnknownLine(field="line", id=line)


@dataclass(frozen=True)
class _Walk:
    """One walk: the transaction it reads in, the page of usage it shows, and whether it proves."""

    tx: Transaction
    page: Page
    prove: bool

    def causes_of_entry(self, entry: JournalPosted, line: JournalLine) -> Iterator[Node]:
        """Yield what an entry came from, narrowed to what this line of it came from."""
        for placed in named(self.tx, entry.causes).values():
            if isinstance(placed.fact, UsageRated | ItemCharged):
                yield from self.charges([placed])
            elif isinstance(placed.fact, CreditDrawn | CreditExpired):
                yield self.breakage(placed)
            elif isinstance(placed.fact, Document):
                yield from self.document_lines(placed, placed.fact, line)
            elif isinstance(placed.fact, Intercompany):
                yield self.within_the_group(placed)
            elif isinstance(placed.fact, ReceivableRevalued):
                yield self.revaluation(placed, placed.fact, line)
            elif isinstance(placed.fact, PostingRuleChanged):
                yield node(placed)
            else:
                yield node(placed, *self.settled(line))

    def item(self, placed: Placed, charge: ItemCharged) -> Node:
        """Return a charge without usage, with what it was made by."""
        terms = named(self.tx, (*charge.causes, *_takers(charge)))
        return node(placed, *map(node, terms.values()))

    def breakage(self, placed: Placed) -> Node:
        """Return what was said of a grant, with the grant and the charges that drew it then."""
        causes = named(self.tx, placed.fact.causes).values()
        drew = [one for one in causes if isinstance(one.fact, UsageRated)]
        rest = [node(one) for one in causes if one not in drew]
        return node(placed, *rest, *self.charges(drew))

    def within_the_group(self, placed: Placed) -> Node:
        """Return what one entity charged another, or the settlement with the charge it is of."""
        causes = named(self.tx, placed.fact.causes).values()
        charges = of_kind(causes, IntercompanyCharged)
        return node(placed, *(node(one) for _, one in charges))

    def revaluation(self, placed: Placed, fact: ReceivableRevalued, line: JournalLine) -> Node:
        """Return a revaluation as it concerns a line: its position, its rate, and the invoice."""
        about = [one for one in fact.revalued if _position(one) == _position(line)]
        detail = vars(about[0]) if len(about) == 1 else {}
        shown = {name: detail.get(name) for name in ("amount", "carried", "closing", "posted")}
        rates = map(node, named(self.tx, fact.causes).values())
        return node(placed, *rates, *self.settled(line), **shown)

    def settled(self, line: JournalLine) -> Iterator[Node]:
        """Yield the invoice that a line of a payment settles."""
        for row in self.tx.all(invoices_by_number([line.invoice])) if line.invoice else ():
            placed = at(self.tx, 0, row.position)
            if placed:
                yield node(placed)

    def document_lines(
        self, placed: Placed, document: Document, about: JournalLine
    ) -> Iterator[Node]:
        """Yield the lines of a document that a journal line came from: one, or all of them."""
        lines = [one for one in document.lines if about.invoice_line in (None, one.line)]
        charges = named(self.tx, map(charge_name, lines))
        below = dict(zip(charges, self.charges(list(charges.values())), strict=True))
        rates = of_kind(named(self.tx, document.causes).values(), TaxRateSet)
        for line in lines:
            taxes = [node(one) for rate, one in rates if rate.code == line.tax_code]
            charge = below.get(charge_name(line))
            yield document_line(placed, document, line, *([charge] if charge else []), *taxes)

    def charges(self, placed: list[Placed]) -> Iterator[Node]:
        """Yield charges, those of usage with their usage set, each with the terms of its price."""
        usage = of_kind(placed, UsageRated)
        terms = named(self.tx, (cause for charge, _ in usage for cause in _terms(charge)))
        for one in placed:
            if isinstance(one.fact, ItemCharged):
                yield self.item(one, one.fact)
            elif isinstance(one.fact, UsageRated):
                below = usage_set(usage_of(self.tx, one.fact, self.page, prove=self.prove))
                known = [node(terms[cause]) for cause in _terms(one.fact) if cause in terms]
                yield node(one, below, *known)


def _position(of: Revalued | JournalLine) -> tuple[str | None, ...]:
    return of.account, of.customer, of.counterparty, of.invoice


def charge_name(line: InvoiceLine) -> Cause:
    """Return the fact that a document line bills: its charge id ends in its version."""
    version = int(line.charge.rpartition("/")[2])
    return Cause(charge_stream(line.charge, line.subscription, line.item), version)


def _terms(charge: UsageRated) -> list[Cause]:
    """Return what a charge was priced by, then whatever else it names as a cause."""
    terms = (
        Cause(stream("plan", charge.plan), charge.plan_version),
        Cause(stream("subscription", charge.subscription), 1),
        Cause(stream("account", charge.account), 1),
        Cause(stream("meter", charge.meter), 1),
    )
    return list(dict.fromkeys((*terms, *_takers(charge), *charge.causes)))


def _takers(charge: UsageRated | ItemCharged) -> list[Cause]:
    """Return the grants and discounts that take something off a charge."""
    return [
        Cause(stream("discount" if each.kind == "discount" else "grant", each.id), 1)
        for each in charge.adjustments
    ]
