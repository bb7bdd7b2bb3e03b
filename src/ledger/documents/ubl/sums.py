"""The tax by category and rate, and the totals, of an electronic invoice."""

from decimal import Decimal
from typing import Final

from lxml.etree import _Element as Element

from ledger.documents.document import Document, TaxRow
from ledger.documents.ubl.xml import money, part, text
from ledger.money import plain, trimmed

SPELLED: Final = {
    "AE": "Reverse charge",
    "E": "Exempt from tax",
    "G": "Export outside the EU",
    "O": "Not subject to VAT",
}


def tax_total(tree: Element, document: Document) -> None:
    """Add the tax and its groups."""
    total = part(tree, "TaxTotal")
    money(total, "TaxAmount", document.tax, document.currency)
    for row in document.taxes:
        group = part(total, "TaxSubtotal")
        money(group, "TaxableAmount", row.base, document.currency)
        money(group, "TaxAmount", row.tax, document.currency)
        category(part(group, "TaxCategory"), row.category, row.rate, _exemption(row))


def totals(tree: Element, document: Document) -> None:
    """Add the totals: reductions are in the lines, and nothing was paid before the issue."""
    total = part(tree, "LegalMonetaryTotal")
    for name, amount in (
        ("LineExtensionAmount", document.net),
        ("TaxExclusiveAmount", document.net),
        ("TaxInclusiveAmount", document.total),
        ("PayableAmount", document.total),
    ):
        money(total, name, amount, document.currency)


def category(element: Element, code: str, rate: Decimal, exemption: str | None = None) -> None:
    """Fill in a tax category; outside the scope of tax there is no rate (BR-O-05)."""
    text(element, "ID", code)
    if code != "O":
        text(element, "Percent", plain(trimmed(rate)))
    if exemption:
        text(element, "TaxExemptionReason", exemption)
    text(part(element, "TaxScheme"), "ID", "VAT")


def _exemption(row: TaxRow) -> str | None:
    """Return why no tax is due; standard and zero rates must not say (BR-S-10, BR-Z-10)."""
    spelled = SPELLED.get(row.category)
    if spelled and row.reason and row.reason != spelled:
        return f"{spelled}: {row.reason}"
    return spelled
