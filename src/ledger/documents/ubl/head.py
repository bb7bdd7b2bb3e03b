"""The head of an electronic invoice: its number, dates, type, notes, and what it refers to."""

from typing import Final

from lxml.etree import _Element as Element

from ledger.documents import words
from ledger.documents.document import Document
from ledger.documents.ubl.xml import part, text

SPECIFICATION: Final = "urn:cen.eu:en16931:2017"
INVOICE, CREDIT_NOTE = "380", "381"


def head(tree: Element, document: Document) -> None:
    """Add what identifies the document."""
    text(tree, "CustomizationID", SPECIFICATION)
    text(tree, "ID", document.number)
    text(tree, "IssueDate", document.issued_on)
    if document.is_credit_note:
        text(tree, "CreditNoteTypeCode", CREDIT_NOTE)
    else:
        if document.due_on:
            text(tree, "DueDate", document.due_on)
        text(tree, "InvoiceTypeCode", INVOICE)
    for note in _notes(document):
        text(tree, "Note", note)
    text(tree, "DocumentCurrencyCode", document.currency)
    text(tree, "BuyerReference", document.buyer.id)


def references(tree: Element, document: Document) -> None:
    """Add the invoice that a credit note takes back from."""
    if document.original is None:
        return
    reference = part(tree, "BillingReference", "InvoiceDocumentReference")
    text(reference, "ID", document.original)
    if document.original_issued_on:
        text(reference, "IssueDate", document.original_issued_on)


def _notes(document: Document) -> list[str]:
    reason = [words.REASONS.get(document.reason, document.reason)] if document.reason else []
    why = [document.note] if document.note else []
    return [*reason, *why, *words.notes(document)]
