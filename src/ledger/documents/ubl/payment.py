"""How and until when an electronic invoice is paid; of a credit note, what becomes of it."""

from typing import Final

from lxml.etree import _Element as Element

from ledger.documents import words
from ledger.documents.document import Document
from ledger.documents.ubl.xml import part, text

NOT_DEFINED: Final = "1"


def payment(tree: Element, document: Document) -> None:
    """Add the means, by which the number is to be quoted, and the terms."""
    means = part(tree, "PaymentMeans")
    text(means, "PaymentMeansCode", NOT_DEFINED)
    text(means, "PaymentID", document.number)
    text(part(tree, "PaymentTerms"), "Note", _terms(document))


def _terms(document: Document) -> str:
    if not document.is_credit_note:
        due = document.due_on
        return f"Due on {words.day(due)}." if due else "Due at once."
    said = []
    if document.to_receivable:
        taken = words.amount(document.to_receivable, document.currency)
        said.append(f"{taken} is taken off what is open of {document.original}.")
    if document.to_credit_balance:
        kept = words.amount(document.to_credit_balance, document.currency)
        said.append(f"{kept} is to your credit.")
    return " ".join(said) or "Nothing is to be paid."
