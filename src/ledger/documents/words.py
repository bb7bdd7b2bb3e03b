"""How figures, days and reasons are written for people: one way, in every form of a document."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from ledger.documents.document import Document, Tier
from ledger.money import digits, trimmed

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
REASONS: Final = {
    "rerating": "Correction of charges",
    "net_credit": "Credits exceed the charges",
    "concession": "Concession",
}
NOT_TAXED: Final = {
    "Z": "zero rated",
    "E": "exempt",
    "AE": "reverse charge",
    "G": "export",
    "O": "outside the scope of tax",
}
PARTS: Final = {
    "free": "free",
    "percentage": "of the value",
    "fixed": "per event",
    "min_per_event": "raised to the least per event",
    "max_per_event": "lowered to the most per event",
    "dynamic": "as each event is priced",
    "discount": "discount",
    "minimum": "raised to the minimum",
    "maximum": "lowered to the maximum",
}
REDUCED: Final = {
    "discount": "Discount",
    "promotional": "Promotional credit",
    "prepaid": "Prepaid credit",
    "units": "Prepaid units",
}


def amount(value: Decimal, currency: str) -> str:
    """Write an amount with the minor digits of its currency, or more where it has more."""
    return _padded(trimmed(value), digits(currency))


def number(value: Decimal) -> str:
    """Write a quantity, a price or a rate, grouped by thousands and without idle zeros."""
    return _padded(trimmed(value), 0)


def day(value: date) -> str:
    """Write a day so that nobody takes the month for it: 1 November 2026."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def period(start: date, end: date) -> str:
    """Write a half-open span of days by its first and last: 1–31 October 2026."""
    last = end - timedelta(days=1)
    if last <= start:
        return day(start)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day}–{day(last)}"
    if start.year == last.year:
        return f"{start.day} {MONTHS[start.month - 1]} – {day(last)}"
    return f"{day(start)} – {day(last)}"


def taxed(category: str, rate: Decimal) -> str:
    """Say how something is taxed: 19 %, or why not."""
    return NOT_TAXED.get(category) or f"{number(rate)} %"


def tier(part: Tier, lower: Decimal | None) -> str:
    """Say what a part of a charge is; of a tier, given where the one below it ends."""
    if part.kind:
        return PARTS.get(part.kind, part.kind)
    if part.when:
        return ", ".join(f"{name} {value}" for name, value in sorted(part.when.items()))
    if part.up_to is not None:
        return (
            f"{number(lower)} to {number(part.up_to)}" if lower else f"up to {number(part.up_to)}"
        )
    return f"above {number(lower)}" if lower else "each"


def price(part: Tier, currency: str) -> str:
    """Say what a part of a charge costs: a unit price or a rate, and a flat fee."""
    said = [number(part.unit)] if part.unit is not None else []
    if part.rate is not None:
        said.append(f"{number(part.rate)} %")
    if part.flat:
        said.append(f"{amount(part.flat, currency)} flat")
    return " + ".join(said)


def counted(part: Tier) -> str:
    """Say how much a part of a charge holds: its events where it is by event, else the quantity."""
    if part.kind == "fixed" and part.count is not None:
        return f"{part.count:,}"
    return number(part.quantity) if part.quantity or not part.kind else ""


def notes(document: Document) -> list[str]:
    """Return the sentences that the law or good sense wants below the totals."""
    found = [_exemption(row.category, row.reason) for row in document.taxes]
    if document.tax_inclusive:
        found.append("The prices of the plan include tax; amounts above are without it.")
    if document.buyer.erased:
        found.append(
            f"The name and address of account {document.buyer.id} were erased at its request."
        )
    return [note for note in dict.fromkeys(found) if note]


def _exemption(category: str, reason: str | None) -> str:
    said = f" {reason.rstrip('.')}." if reason else ""
    return {
        "AE": f"Reverse charge: the recipient of the service is liable for the tax.{said}",
        "E": f"Exempt from tax.{said}",
        "G": f"Not taxed: export.{said}",
        "O": f"Outside the scope of tax.{said}",
    }.get(category, said.strip())


def _padded(value: Decimal, places: int) -> str:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int), value
    return f"{value or value.copy_abs():,.{max(places, -exponent)}f}"
