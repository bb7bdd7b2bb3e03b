"""From a usage event up to every line it touched.

    usage event -> charges -> document lines -> journal entries -> export documents
                   charges ----------------->

Each step asks once for everything on its floor, so the cost follows what the event touched and not
the size of the log.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from ledger.errors import UnknownUsage
from ledger.events.billing import CreditNoteIssued, InvoiceIssued, UsageRated
from ledger.events.erp import ExportSealed
from ledger.events.journal import JournalPosted
from ledger.events.streams import usage_stream
from ledger.events.usage import UsageCorrected, UsageRecorded, UsageVoided
from ledger.lineage.describe import node, shown
from ledger.lineage.facts import Placed, stream_of
from ledger.lineage.nodes import Node
from ledger.rating.groups import takes
from ledger.reads.charges import Charge, charges_of_usage
from ledger.reads.exports import DocumentOfEntry, documents_of_entries
from ledger.reads.invoices import InvoiceLine, invoice_lines_of_charges
from ledger.reads.journal import JournalRow, lines_of_charges, lines_of_invoices
from ledger.store.transaction import Transaction

Usage = UsageRecorded | UsageCorrected
BILLING = ("invoice/", "credit_note/", "final_net/")
"""The entries that a document itself makes; a payment of it is another matter."""


def up(tx: Transaction, source: str, event_id: str) -> Node:
    """Return the tree of what a usage event led to. Raises ``UnknownUsage``."""
    versions = stream_of(tx, usage_stream(source, event_id))
    if not versions:
        raise UnknownUsage(field="id", id=event_id)
    charges = _charges(tx, versions)
    lines = tx.all(invoice_lines_of_charges([charge.charge for charge in charges]))
    posted = _Posted(tx, charges, lines)
    effects = [_charge(charge, versions, lines, posted) for charge in charges]
    return node(versions[-1], *effects, versions=len(versions))


def _charges(tx: Transaction, versions: Sequence[Placed]) -> list[Charge]:
    first = versions[0]
    assert isinstance(first.fact, UsageRecorded), first
    fact = first.fact
    asked = charges_of_usage(first.lane, fact.account, fact.meter, fact.timestamp, first.position)
    return [charge for charge in tx.all(asked) if _concerns(charge, versions)]


def _concerns(charge: Charge, versions: Sequence[Placed]) -> bool:
    """Tell whether a version known to a charge was for its subscription, or for any, and such as
    its filter and group take.

    A void one concerns it too: it is why the charge is lower than the one before.
    """
    known = [one.fact for one in versions if one.position <= charge.to_position]
    where = charge.filter | charge.group_values
    return any(
        fact.subscription in (None, charge.subscription) and takes(where, fact.dimensions)
        for fact in known
        if isinstance(fact, Usage)
    )


class _Posted:
    """The journal entries and export documents behind charges and documents, read at once."""

    def __init__(
        self, tx: Transaction, charges: Sequence[Charge], lines: Sequence[InvoiceLine]
    ) -> None:
        of_charges = tx.all(lines_of_charges([charge.charge for charge in charges]))
        of_documents = tx.all(lines_of_invoices(sorted({line.number for line in lines})))
        rows = {(row.position, row.line): row for row in (*of_charges, *of_documents)}
        self._rows = [rows[key] for key in sorted(rows)]
        self._exports: dict[int, list[DocumentOfEntry]] = defaultdict(list)
        for document in tx.all(documents_of_entries({row.position for row in self._rows})):
            self._exports[document.member].append(document)

    def of_charge(self, charge: str) -> list[Node]:
        """Return the entries that accrued a charge."""
        return self._entries(
            row for row in self._rows if row.charge == charge and not row.entry.startswith(BILLING)
        )

    def of_line(self, line: InvoiceLine) -> list[Node]:
        """Return the entries of a document, narrowed to this line of it and to its totals."""
        return self._entries(
            row
            for row in self._rows
            if row.document == line.number
            and row.entry.startswith(BILLING)
            and row.invoice_line in (None, line.line)
        )

    def _entries(self, rows: Iterable[JournalRow]) -> list[Node]:
        return [
            _entry(list(group), self._exports[position])
            for position, group in groupby(rows, key=lambda row: row.position)
        ]


def _charge(
    charge: Charge, versions: Sequence[Placed], lines: Sequence[InvoiceLine], posted: _Posted
) -> Node:
    counted = [one for one in versions if one.position <= charge.to_position][-1]
    documents = [
        _line(line, posted.of_line(line)) for line in lines if line.charge == charge.charge
    ]
    detail = {
        "item": charge.item,
        "account": charge.account,
        "from": charge.period_from,
        "to": charge.period_to,
        "amount": charge.amount,
        "delta": charge.delta,
        "currency": charge.currency,
        "version": counted.fact.originator_version,
        "void": "yes" if isinstance(counted.fact, UsageVoided) else None,
    }
    return Node(
        kind="charge",
        id=charge.charge,
        lane=0,
        position=charge.position,
        type=UsageRated.TYPE,
        detail=shown(detail),
        links=(*posted.of_charge(charge.charge), *documents),
    )


def _line(line: InvoiceLine, entries: list[Node]) -> Node:
    credit = line.against is not None
    detail = {
        "number": line.number,
        "line": line.line,
        "item": line.item,
        "net": line.net,
        "tax": line.tax,
        "against": line.against,
    }
    return Node(
        kind="credit_note_line" if credit else "invoice_line",
        id=f"{line.number}/{line.line}",
        lane=0,
        position=line.position,
        type=CreditNoteIssued.TYPE if credit else InvoiceIssued.TYPE,
        detail=shown(detail),
        links=tuple(entries),
    )


def _entry(rows: list[JournalRow], exports: list[DocumentOfEntry]) -> Node:
    head = rows[0]
    detail = {"entity": head.entity, "on": head.posted_on, "rule": head.rule, "text": head.text}
    return Node(
        kind="journal_entry",
        id=head.entry,
        lane=0,
        position=head.position,
        type=JournalPosted.TYPE,
        detail=shown(detail),
        links=(*map(_journal_line, rows), *map(_export, exports)),
    )


def _journal_line(row: JournalRow) -> Node:
    detail = {"account": row.account, "amount": row.amount, "currency": row.currency}
    return Node(
        kind="journal_line",
        id=row.id,
        lane=0,
        position=row.position,
        type=JournalPosted.TYPE,
        detail=shown(detail),
    )


def _export(document: DocumentOfEntry) -> Node:
    detail = {
        "target": document.target,
        "short_ref": document.short_ref,
        "state": document.state,
        "revision": document.revision,
        "erp_document_id": document.erp_document_id,
        "erp_number": document.erp_number,
        "erp_posting_date": document.erp_posting_date,
        "erp_period": document.erp_period,
    }
    return Node(
        kind="export_document",
        id=document.external_id,
        lane=0,
        position=document.position,
        type=ExportSealed.TYPE,
        detail=shown(detail),
    )
