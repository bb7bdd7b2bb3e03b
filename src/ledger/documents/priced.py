"""The quantity and price of a line, such that quantity × price is its amount before reductions.

EN 16931 (BR-27) and FOCUS want no negative price: a negative line has a negative quantity. 1,000
calls for 10.00 are 1,000 × 0.01; 3 for 10.00 are 3 × (10.00 per 3), as no decimal is 10 ÷ 3. Where
no quantity fits — a flat fee at zero usage, a refund for more usage — the line is one piece.
"""

from dataclasses import dataclass
from decimal import Decimal, Inexact
from typing import Final

from ledger.documents.document import Line
from ledger.money import EXACT, ONE, trimmed

PLACES_MAX: Final = 12


@dataclass(frozen=True)
class Priced:
    """``quantity`` × ``price`` ÷ ``base`` is the amount, exactly; ``pieces`` if it is no usage."""

    quantity: Decimal
    price: Decimal
    base: Decimal
    pieces: bool


def priced(line: Line) -> Priced:
    """Return how a line's amount before reductions comes from a quantity and a price."""
    amount, quantity = line.gross_of_reductions, line.quantity
    if not amount and quantity:
        return Priced(quantity, amount.copy_abs(), ONE, pieces=False)
    if not quantity or (quantity < 0) != (amount < 0):
        return Priced(ONE.copy_sign(amount), amount.copy_abs(), ONE, pieces=True)
    price = _quotient(amount, quantity)
    if price is None:
        return Priced(quantity, amount.copy_abs(), quantity.copy_abs(), pieces=False)
    return Priced(quantity, price, ONE, pieces=False)


def _quotient(amount: Decimal, quantity: Decimal) -> Decimal | None:
    """Return the exact quotient, if it is a decimal with few enough places."""
    try:
        price = trimmed(EXACT.divide(amount, quantity))
    except Inexact:
        return None
    exponent = price.as_tuple().exponent
    return price if isinstance(exponent, int) and -exponent <= PLACES_MAX else None
