"""Whether EN 16931 can express a document at all, and what to do where it cannot.

Outside the scope of tax (O) stands alone on a document (BR-O-11 to BR-O-14); every other category
needs the seller's VAT id (BR-S-02 and its siblings), reverse charge the buyer's too (BR-AE-02);
both countries are wanted (BR-09, BR-11); amounts have two decimals at most (BR-DEC-…).
"""

from collections.abc import Iterator
from decimal import Decimal

from ledger.documents.document import Document
from ledger.errors import NoElectronicInvoice
from ledger.money import trimmed


def check(document: Document) -> None:
    """Raise NoElectronicInvoice unless EN 16931 can express the document."""
    for why in _misfits(document):
        raise NoElectronicInvoice(field="number", number=document.number, why=why)


def _misfits(document: Document) -> Iterator[str]:
    categories = {row.category for row in document.taxes}
    if "O" in categories and len(categories) > 1:
        yield "it mixes taxed lines with untaxed ones (category O); give every item a tax code."
    if categories - {"O"} and not document.seller.vat_id:
        yield f"entity {document.seller.id} has no VAT id; set it with change_entity."
    if "AE" in categories and not document.buyer.vat_id:
        yield f"account {document.buyer.id} has no VAT id any more."
    if not document.buyer.country:
        yield f"account {document.buyer.id} has no country; set it with change_account."
    if any(_places(amount) > 2 for amount in _amounts(document)):
        yield f"it has amounts with more than two decimals, in {document.currency}."


def _amounts(document: Document) -> Iterator[Decimal]:
    for line in document.lines:
        yield line.net
        yield from (each.amount for each in line.reductions)
    for row in document.taxes:
        yield from (row.base, row.tax)


def _places(amount: Decimal) -> int:
    exponent = trimmed(amount).as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
