"""Plan items of each kind read from the contract's JSON and checked."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ledger.catalog.dimensions import filter_of, names_of
from ledger.catalog.models import parse_model
from ledger.catalog.reading import Piece, refuse
from ledger.catalog.records import (
    BundlePart,
    CommitmentItem,
    EntitlementItem,
    Item,
    OneTimeItem,
    RecurringItem,
    UsageItem,
)
from ledger.errors import UnknownMeter
from ledger.events.catalog import MeterDefined
from ledger.money import HUNDRED, ZERO, decimal_of, plain
from ledger.periods import MONTHS

Meters = Mapping[str, MeterDefined]


def parse_item(raw: Any, at: str, meters: Meters | None = None) -> Item:
    """Read one item of a plan; with the meters, what it says of its meter is checked."""
    kind = raw.get("kind") if isinstance(raw, dict) else None
    if isinstance(kind, str) and kind in _KINDS:
        known, read = _KINDS[kind]
        piece = Piece(raw, at, ("item", "kind", "tax", "revenue_account", *known))
        if "/" in piece.text("item"):
            refuse(
                piece.place("item"), "An item's name stands in charge ids; write it without a /."
            )
        return read(piece, meters)
    Piece(raw, at, raw if isinstance(raw, dict) else ()).choice("kind", tuple(_KINDS))
    raise AssertionError(kind)


def _recurring(piece: Piece, _: Meters | None) -> RecurringItem:
    return RecurringItem(
        item=piece.text("item"),
        amount=piece.price("amount"),
        interval=_interval(piece),
        timing=piece.choice("timing", ("in_advance", "in_arrears")),
        proration=piece.optional_choice("proration", ("day", "none")),
        allocate=_parts(piece),
        tax=piece.optional_text("tax"),
        revenue_account=piece.optional_text("revenue_account") or "4000",
    )


def _usage(piece: Piece, meters: Meters | None) -> UsageItem:
    meter = _meter(piece, meters)
    minimum, maximum = piece.optional_price("minimum"), piece.optional_price("maximum")
    if minimum is not None and maximum is not None and minimum > maximum:
        refuse(piece.place("maximum"), f"The maximum is below the minimum ({plain(minimum)}).")
    return UsageItem(
        item=piece.text("item"),
        meter=piece.text("meter"),
        interval=_interval(piece),
        model=parse_model(piece.required("model"), piece.place("model"), meter),
        discount_percent=_discount(piece),
        tax=piece.optional_text("tax"),
        revenue_account=piece.optional_text("revenue_account") or "4010",
        filter=filter_of(piece, meter),
        group_by=names_of(piece, "group_by", meter) if "group_by" in piece.raw else (),
        minimum=minimum,
        maximum=maximum,
    )


def _commitment(piece: Piece, _: Meters | None) -> CommitmentItem:
    return CommitmentItem(
        item=piece.text("item"),
        amount=piece.price("amount"),
        interval=_interval(piece),
        policy=piece.optional_choice("policy", ("as_billed", "straight_line")),
        tax=piece.optional_text("tax"),
        revenue_account=piece.optional_text("revenue_account") or "4020",
    )


def _one_time(piece: Piece, _: Meters | None) -> OneTimeItem:
    return OneTimeItem(
        item=piece.text("item"),
        amount=piece.price("amount"),
        tax=piece.optional_text("tax"),
        revenue_account=piece.optional_text("revenue_account") or "4000",
    )


def _entitlement(piece: Piece, meters: Meters | None) -> EntitlementItem:
    _meter(piece, meters)
    block = piece.raw.get("block", False)
    if not isinstance(block, bool):
        refuse(piece.place("block"), "The field block has to be true or false.")
    return EntitlementItem(
        item=piece.text("item"),
        meter=piece.text("meter"),
        limit=piece.positive("limit"),
        interval=_interval(piece),
        notify_at=_thresholds(piece),
        block=block,
        tax=piece.optional_text("tax"),
        revenue_account=piece.optional_text("revenue_account") or "4010",
    )


def _interval(piece: Piece) -> str:
    return piece.choice("interval", tuple(MONTHS))


def _meter(piece: Piece, meters: Meters | None) -> MeterDefined | None:
    """Return the item's meter if the meters are given; an unknown one is refused."""
    name = piece.text("meter")
    if meters is None:
        return None
    if name not in meters:
        raise UnknownMeter(field=piece.place("meter"), id=name)
    return meters[name]


def _parts(piece: Piece) -> tuple[BundlePart, ...]:
    """Read the parts of a bundle: two or more, each with its own name and a price above zero."""
    if "allocate" not in piece.raw:
        return ()
    parts: dict[str, BundlePart] = {}
    for at, raw in piece.rows("allocate"):
        row = Piece(raw, at, ("item", "standalone"))
        name = row.text("item")
        if name in parts:
            refuse(row.place("item"), f"The part {name} stands here twice; rename one.")
        parts[name] = BundlePart(name, row.positive("standalone"))
    if len(parts) < 2:
        refuse(piece.place("allocate"), "A bundle has at least two parts; name them all.")
    return tuple(parts.values())


def _thresholds(piece: Piece) -> tuple[Decimal, ...]:
    """Read per cents above zero, each higher than the one before."""
    found: list[Decimal] = []
    for at, raw in piece.rows("notify_at") if "notify_at" in piece.raw else ():
        value = decimal_of(raw, at)
        if value <= (found[-1] if found else ZERO):
            refuse(at, "Per cents are above 0 and rise from one to the next; order them.")
        found.append(value)
    return tuple(found)


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


_USAGE = ("meter", "model", "interval", "filter", "group_by", "minimum", "maximum")

_KINDS: dict[str, tuple[tuple[str, ...], Callable[[Piece, Meters | None], Item]]] = {
    "recurring": (("amount", "interval", "timing", "proration", "allocate"), _recurring),
    "usage": ((*_USAGE, "discount_percent"), _usage),
    "commitment": (("amount", "interval", "policy"), _commitment),
    "one_time": (("amount",), _one_time),
    "entitlement": (("meter", "limit", "interval", "notify_at", "block"), _entitlement),
}
