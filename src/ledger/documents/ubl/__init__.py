"""A document as UBL 2.1 Invoice or CreditNote that conforms to EN 16931.

It is the document as issued: what was paid since is not on it. Where the facts do not give what the
standard wants, it is refused with what to do; nothing is made up.
"""

from lxml import etree

from ledger.documents.document import Document
from ledger.documents.ubl.fit import check
from ledger.documents.ubl.head import head, references
from ledger.documents.ubl.lines import line
from ledger.documents.ubl.parties import buyer, seller
from ledger.documents.ubl.payment import payment
from ledger.documents.ubl.sums import tax_total, totals
from ledger.documents.ubl.xml import root


def ubl(document: Document) -> bytes:
    """Return the document as UTF-8 XML, or raise NoElectronicInvoice."""
    check(document)
    tree = root("CreditNote" if document.is_credit_note else "Invoice")
    head(tree, document)
    references(tree, document)
    seller(tree, document)
    buyer(tree, document)
    payment(tree, document)
    tax_total(tree, document)
    totals(tree, document)
    for each in document.lines:
        line(tree, document, each)
    return bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True, pretty_print=True))
