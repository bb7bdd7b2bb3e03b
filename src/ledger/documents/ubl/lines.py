"""The lines of an electronic invoice."""

from datetime import timedelta
from typing import Final

from lxml.etree import _Element as Element

from ledger.documents import words
from ledger.documents.document import Document, Line, Reduction
from ledger.documents.priced import priced
from ledger.documents.ubl.sums import category
from ledger.documents.ubl.xml import money, part, price, text
from ledger.money import plain, trimmed

ONE_UNIT: Final = "C62"
UNITS: Final = {
    "second": "SEC", "minute": "MIN", "hour": "HUR", "day": "DAY", "week": "WEE", "month": "MON",
    "byte": "AD", "kb": "2P", "mb": "4L", "gb": "E34", "tb": "E35", "pb": "E36",
    "kwh": "KWH", "kg": "KGM", "km": "KMT",
}  # fmt: skip
"""Units of meters, in the singular, by UN/ECE recommendation 20; the rest counts pieces."""


def line(tree: Element, document: Document, told: Line) -> None:
    """Add one line."""
    kind = "Credited" if document.is_credit_note else "Invoiced"
    element = part(tree, "CreditNoteLine" if document.is_credit_note else "InvoiceLine")
    terms = priced(told)
    code = ONE_UNIT if terms.pieces else unit_code(told.unit)
    text(element, "ID", told.number)
    if note := _note(told, terms.pieces):
        text(element, "Note", note)
    text(element, f"{kind}Quantity", plain(trimmed(terms.quantity)), unitCode=code)
    money(element, "LineExtensionAmount", told.net, document.currency)
    _period(element, told)
    for reduction in told.reductions:
        _reduction(element, reduction, document.currency)
    _item(element, told)
    cost = part(element, "Price")
    price(cost, "PriceAmount", terms.price, document.currency)
    if terms.base != 1:
        text(cost, "BaseQuantity", plain(trimmed(terms.base)), unitCode=code)


def unit_code(unit: str | None) -> str:
    """Return the code of a meter's unit."""
    name = (unit or "").strip().lower()
    return UNITS.get(name) or UNITS.get(name.removesuffix("s"), ONE_UNIT)


def _period(element: Element, told: Line) -> None:
    period = part(element, "InvoicePeriod")
    text(period, "StartDate", told.period_from)
    text(period, "EndDate", max(told.period_from, told.period_to - timedelta(days=1)))


def _item(element: Element, told: Line) -> None:
    item = part(element, "Item")
    if told.description != told.item:
        text(item, "Description", told.description)
    text(item, "Name", told.item)
    text(part(item, "SellersItemIdentification"), "ID", told.item)
    category(part(item, "ClassifiedTaxCategory"), told.category, told.rate)


def _reduction(element: Element, reduction: Reduction, currency: str) -> None:
    """Add an allowance, or a charge where a reduction is taken back."""
    added = part(element, "AllowanceCharge")
    text(added, "ChargeIndicator", "true" if reduction.amount < 0 else "false")
    kind = words.REDUCED.get(reduction.kind, reduction.kind)
    text(added, "AllowanceChargeReason", f"{kind} {reduction.id}")
    money(added, "Amount", abs(reduction.amount), currency)


def _note(told: Line, pieces: bool) -> str:
    said = []
    if pieces and told.quantity:
        unit = f" {told.unit}" if told.unit else ""
        said.append(f"Quantity {words.number(told.quantity)}{unit}.")
    if told.against and told.against_line:
        said.append(f"Takes back from line {told.against_line} of {told.against}.")
    elif told.corrects:
        said.append("The difference to what was billed before for this period.")
    return " ".join(said)
