"""The bounds of tiers, which tiered price models share."""

from collections.abc import Iterator
from decimal import Decimal

from ledger.catalog.reading import Piece, refuse
from ledger.money import ZERO, plain


def bounds(piece: Piece, fields: tuple[str, ...]) -> Iterator[tuple[Decimal | None, Piece]]:
    """Read tiers: bounds that rise from above zero, and a last tier without one."""
    rows = piece.rows("tiers")
    if not rows:
        refuse(piece.place("tiers"), "There has to be at least one tier.")
    below = ZERO
    for index, (at, raw) in enumerate(rows):
        tier = Piece(raw, at, ("up_to", *fields))
        last = index == len(rows) - 1
        if last and "up_to" in tier.raw:
            refuse(tier.place("up_to"), "The last tier is open; leave up_to out, or add a tier.")
        up_to = None if last else tier.positive("up_to")
        if up_to is not None and up_to <= below:
            refuse(
                tier.place("up_to"),
                f"The tier ends at {plain(up_to)}, not above the tier before ({plain(below)}); "
                "order the tiers so that each ends higher.",
            )
        yield up_to, tier
        below = up_to or below
