"""Reads of invoices and credit notes, their lines and tax groups."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class Invoice:
    """An invoice or credit note (``kind``); ``original`` is what a credit note takes back."""

    number: str
    kind: str
    entity: str
    account: str
    currency: str
    issued_on: date
    due_on: date | None
    net: Decimal
    tax: Decimal
    total: Decimal
    open: Decimal
    original: str | None
    reason: str | None
    note: str | None
    to_receivable: Decimal
    to_credit_balance: Decimal
    tax_inclusive: bool
    stream: UUID
    version: int
    position: int
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """A document line; ``credited_net`` and ``credited_tax`` are what credit notes took back.

    ``account`` pays the document, ``line_account`` used what the line bills; ``cleared`` is the
    accrual that the line bills. ``allowances`` are [{kind, id, amount}], in the ``net`` already.
    """

    number: str
    line: int
    account: str
    line_account: str
    subscription: str
    item: str
    description: str
    period_from: date
    period_to: date
    quantity: Decimal
    net: Decimal
    tax: Decimal
    cleared: Decimal
    category: str
    rate: Decimal
    tax_code: str | None
    charge: str
    revenue_account: str
    corrects: str | None
    against: str | None
    against_line: int | None
    kind: str
    allowances: list[dict[str, str]]
    credited_net: Decimal
    credited_tax: Decimal
    position: int


@dataclass(frozen=True, kw_only=True)
class BilledLine(InvoiceLine):
    """An invoice line with the charge stream that it bills."""

    stream: UUID


@dataclass(frozen=True)
class InvoiceTax:
    """The tax of a document for one (category, rate)."""

    number: str
    place: int
    account: str
    category: str
    rate: Decimal
    base: Decimal
    tax: Decimal
    code: str | None
    exemption_reason: str | None


def invoices(
    account: str | None = None,
    *,
    entity: str | None = None,
    kind: str | None = None,
    after: int = 0,
    limit: int = 1_000,
) -> Query[Invoice]:
    """A page of documents after a position, oldest first."""
    return query(
        "invoices",
        "invoices",
        Invoice,
        account=account,
        entity=entity,
        kind=kind,
        after=after,
        limit=limit,
    )


def invoices_by_number(numbers: Collection[str]) -> Query[Invoice]:
    """The documents named."""
    return query("invoices", "invoices_by_number", Invoice, numbers=list(numbers))


def credit_notes_of(numbers: Collection[str]) -> Query[Invoice]:
    """The credit notes against the invoices named, oldest first."""
    return query("invoices", "credit_notes_of", Invoice, numbers=list(numbers))


def invoice_lines(numbers: Collection[str]) -> Query[InvoiceLine]:
    """The lines of the documents named."""
    return query("invoices", "invoice_lines", InvoiceLine, numbers=list(numbers))


def invoice_lines_of_charges(charges: Collection[str]) -> Query[InvoiceLine]:
    """The document lines that bill or correct the charges named, oldest first."""
    return query("invoices", "invoice_lines_of_charges", InvoiceLine, charges=list(charges))


def invoice_lines_against(number: str, line: int) -> Query[InvoiceLine]:
    """The credit-note lines that take back one invoice line, oldest first."""
    return query("invoices", "invoice_lines_against", InvoiceLine, number=number, line=line)


def billed_lines(streams: Collection[UUID]) -> Query[BilledLine]:
    """The invoice lines that billed the charge streams named, newest first in each stream."""
    return query("invoices", "billed_lines", BilledLine, streams=list(streams))


def invoice_taxes(numbers: Collection[str]) -> Query[InvoiceTax]:
    """The tax groups of the documents named."""
    return query("invoices", "invoice_taxes", InvoiceTax, numbers=list(numbers))
