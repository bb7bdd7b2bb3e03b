"""Negotiated prices of a subscription: another model, or another amount, for items of its plan."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ledger.catalog.items import Meters
from ledger.catalog.models import parse_model
from ledger.catalog.prices import Model
from ledger.catalog.reading import Piece, refuse
from ledger.catalog.records import EntitlementItem, Item, UsageItem


def parse_overrides(
    raw: Any, items: Sequence[Item] | None = None, meters: Meters | None = None
) -> dict[str, Model | Decimal]:
    """Read negotiated prices by item, checked against the plan if its items are given.

    A usage item takes a price model; a recurring, one-time or commitment item takes an amount.
    """
    if not isinstance(raw, list | tuple):
        refuse("overrides", "The overrides have to be a list.")
    known = None if items is None else {item.item: item for item in items}
    found: dict[str, Model | Decimal] = {}
    for index, entry in enumerate(raw):
        piece = Piece(entry, f"overrides.{index}", ("item", "model", "amount"))
        name = piece.text("item")
        if name in found:
            refuse(piece.place("item"), f"The item {name} stands here twice; keep one.")
        if known is not None and name not in known:
            refuse(piece.place("item"), f"The plan has no item {name}; name one that it has.")
        found[name] = _price(piece, known[name] if known is not None else None, meters or {})
    return found


def _price(piece: Piece, item: Item | None, meters: Meters) -> Model | Decimal:
    if isinstance(item, EntitlementItem):
        refuse(piece.place("item"), f"The item {item.item} has no price; leave it out.")
    wants_model = "amount" not in piece.raw if item is None else isinstance(item, UsageItem)
    wanted, other = ("model", "amount") if wants_model else ("amount", "model")
    if other in piece.raw:
        refuse(
            piece.place(other),
            f"The item {piece.text('item')} takes one {wanted}, and no {other}; leave that out.",
        )
    if not wants_model:
        return piece.price("amount")
    meter = meters.get(item.meter) if isinstance(item, UsageItem) else None
    return parse_model(piece.required("model"), piece.place("model"), meter)
