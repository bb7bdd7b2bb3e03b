"""Seller and buyer in an electronic invoice.

The buyer's and seller's VAT ids carry the prefix of their country (BR-CO-09), and are left out of a
document that is outside the scope of tax (BR-O-02).
"""

from typing import Final

from lxml.etree import _Element as Element

from ledger.documents.document import Document, Party
from ledger.documents.ubl.xml import part, text

PREFIXES: Final = {"GR": ("EL", "GR"), "GB": ("GB", "XI")}


def seller(tree: Element, document: Document) -> None:
    """Add the seller."""
    _party(part(tree, "AccountingSupplierParty", "Party"), document.seller, _in_scope(document))


def buyer(tree: Element, document: Document) -> None:
    """Add the buyer."""
    _party(part(tree, "AccountingCustomerParty", "Party"), document.buyer, _in_scope(document))


def vat_id(party: Party) -> str:
    """Return a VAT id without spaces and with the prefix of its country."""
    compact = "".join((party.vat_id or "").split()).upper()
    prefixes = PREFIXES.get(party.country or "", (party.country or "",))
    return compact if compact.startswith(prefixes) else f"{prefixes[0]}{compact}"


def _in_scope(document: Document) -> bool:
    return all(row.category != "O" for row in document.taxes)


def _party(element: Element, party: Party, in_scope: bool) -> None:
    text(part(element, "PartyIdentification"), "ID", party.id)
    text(part(element, "PartyName"), "Name", party.name)
    _address(part(element, "PostalAddress"), party)
    if party.vat_id and in_scope:
        scheme = part(element, "PartyTaxScheme")
        text(scheme, "CompanyID", vat_id(party))
        text(part(scheme, "TaxScheme"), "ID", "VAT")
    text(part(element, "PartyLegalEntity"), "RegistrationName", party.name)


def _address(element: Element, party: Party) -> None:
    lines = [line.strip() for line in (party.address or "").splitlines() if line.strip()]
    for name, line in zip(("StreetName", "AdditionalStreetName"), lines, strict=False):
        text(element, name, line)
    if lines[2:]:
        text(part(element, "AddressLine"), "Line", ", ".join(lines[2:]))
    text(part(element, "Country"), "IdentificationCode", party.country)
