"""How UBL elements are added, in the two namespaces of its components."""

from decimal import Decimal
from typing import Any, Final

from lxml import etree
from lxml.etree import _Element as Element

from ledger.money import digits, plain, trimmed

_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC: Final = f"{_UBL}CommonAggregateComponents-2"
CBC: Final = f"{_UBL}CommonBasicComponents-2"


def root(name: str) -> Element:
    """Return an empty document of this name."""
    namespace = f"{_UBL}{name}-2"
    prefixes: dict[Any, str] = {None: namespace, "cac": CAC, "cbc": CBC}
    return etree.Element(f"{{{namespace}}}{name}", nsmap=prefixes)


def part(parent: Element, *names: str) -> Element:
    """Add an aggregate, or one within another, and return the innermost."""
    for name in names:
        parent = etree.SubElement(parent, f"{{{CAC}}}{name}")
    return parent


def text(parent: Element, name: str, value: object, **attributes: str) -> None:
    """Add a value as text; what XML cannot hold is left out."""
    element = etree.SubElement(parent, f"{{{CBC}}}{name}", attributes)
    element.text = "".join(c for c in str(value) if c >= " " or c in "\t\n").strip()


def money(parent: Element, name: str, value: Decimal, currency: str) -> None:
    """Add an amount with the minor digits of its currency, two at most."""
    places = min(digits(currency), 2)
    text(parent, name, plain(value.quantize(Decimal(1).scaleb(-places))), currencyID=currency)


def price(parent: Element, name: str, value: Decimal, currency: str) -> None:
    """Add a price, which may have any number of decimals."""
    text(parent, name, plain(trimmed(value)), currencyID=currency)
