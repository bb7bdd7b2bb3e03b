"""Plan items and negotiated prices read from the contract's JSON and checked.

The same JSON stands in the facts, so what was published once is read back with these functions.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ledger.catalog.models import parse_model
from ledger.catalog.reading import Piece, refuse
from ledger.catalog.records import Model, PlanVersion, UsageItem
from ledger.errors import UnknownMeter
from ledger.events.catalog import MeterDefined, PlanPublished
from ledger.money import HUNDRED, ZERO, decimal_of, plain
from ledger.periods import MONTHS

Meters = Mapping[str, MeterDefined]

KNOWN = ("item", "kind", "meter", "model", "interval", "discount_percent", "tax", "revenue_account")
LATER_FIELDS = ("filter", "group_by", "minimum", "maximum")
LATER_KINDS = ("recurring", "commitment", "one_time", "entitlement")


def parse_plan(fact: PlanPublished) -> PlanVersion:
    """Read a published version of a plan; its version is that of its stream."""
    return PlanVersion(
        plan=fact.plan,
        version=fact.originator_version,
        currency=fact.currency,
        starts_on=fact.starts_on,
        applies_to=fact.applies_to,
        tax_inclusive=fact.tax_inclusive,
        items=parse_items(fact.items),
        cause=fact.cause,
    )


def parse_items(raw: Any, meters: Meters | None = None, at: str = "items") -> tuple[UsageItem, ...]:
    """Read the items of a plan, and check them against the meters if these are given.

    Refuses with BAD_PLAN, BAD_DECIMAL or UNKNOWN_METER, and the field like
    ``items.0.model.tiers.1.up_to``.
    """
    if not isinstance(raw, list | tuple) or not raw:
        refuse(at, "A plan has to be a list of at least one item.")
    items: dict[str, UsageItem] = {}
    for index, entry in enumerate(raw):
        item = _item(entry, f"{at}.{index}", meters)
        if item.item in items:
            refuse(f"{at}.{index}.item", f"The item {item.item} stands here twice; rename one.")
        items[item.item] = item
    return tuple(items.values())


def parse_overrides(
    raw: Any, items: Sequence[UsageItem] | None = None, meters: Meters | None = None
) -> dict[str, Model]:
    """Read negotiated prices: a price model by item, checked against the plan if it is given."""
    if not isinstance(raw, list | tuple):
        refuse("overrides", "The overrides have to be a list.")
    known = None if items is None else {item.item: item for item in items}
    models: dict[str, Model] = {}
    for index, entry in enumerate(raw):
        piece = Piece(entry, f"overrides.{index}", ("item", "model"), later=("amount",))
        name = piece.text("item")
        if name in models:
            refuse(piece.place("item"), f"The item {name} stands here twice; keep one.")
        if known is not None and name not in known:
            refuse(piece.place("item"), f"The plan has no item {name}; name one that it has.")
        meter = (meters or {}).get(known[name].meter) if known is not None else None
        models[name] = parse_model(piece.required("model"), piece.place("model"), meter)
    return models


def _item(raw: Any, at: str, meters: Meters | None) -> UsageItem:
    kind = raw.get("kind") if isinstance(raw, dict) else None
    if kind in LATER_KINDS:
        refuse(f"{at}.kind", f"Items of kind {kind} are not supported yet; publish usage items.")
    piece = Piece(raw, at, KNOWN, later=LATER_FIELDS)
    name = piece.text("item")
    if "/" in name:
        refuse(piece.place("item"), "An item's name stands in charge ids; write it without a /.")
    piece.choice("kind", ("usage",))
    meter = piece.text("meter")
    if meters is not None and meter not in meters:
        raise UnknownMeter(field=piece.place("meter"), id=meter)
    return UsageItem(
        item=name,
        meter=meter,
        interval=piece.choice("interval", tuple(MONTHS)),
        model=parse_model(
            piece.required("model"), piece.place("model"), meters[meter] if meters else None
        ),
        discount_percent=_discount(piece),
        tax=piece.optional_text("tax"),
        revenue_account=piece.optional_text("revenue_account") or "4010",
    )


def _discount(piece: Piece) -> Decimal:
    if "discount_percent" not in piece.raw:
        return ZERO
    percent = decimal_of(piece.raw["discount_percent"], piece.place("discount_percent"))
    if not 0 <= percent <= HUNDRED:
        refuse(
            piece.place("discount_percent"),
            f"A discount of {plain(percent)} per cent is not between 0 and 100.",
        )
    return percent
