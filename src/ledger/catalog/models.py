"""Price models read from the contract's JSON and checked."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ledger.catalog.reading import Piece, is_text, refuse
from ledger.catalog.records import Graduated, Matrix, Model, Package, PerUnit, Tier, Volume
from ledger.events.catalog import MeterDefined
from ledger.money import ZERO, plain

LATER = ("percentage", "graduated_percentage", "dynamic")


def parse_model(raw: Any, at: str, meter: MeterDefined | None = None) -> Model:
    """Read a price model; with its meter, the dimensions of a matrix are checked against it."""
    kind = raw.get("type") if isinstance(raw, dict) else None
    if isinstance(kind, str) and kind in _FIELDS:
        known, read = _FIELDS[kind]
        return read(Piece(raw, at, ("type", *known)), meter)
    every = Piece(raw, at, raw if isinstance(raw, dict) else ())
    every.choice("type", tuple(_FIELDS), LATER)
    raise AssertionError(kind)


def _per_unit(piece: Piece, _: MeterDefined | None) -> PerUnit:
    return PerUnit(piece.price("unit"))


def _graduated(piece: Piece, _: MeterDefined | None) -> Graduated:
    return Graduated(_tiers(piece))


def _volume(piece: Piece, _: MeterDefined | None) -> Volume:
    return Volume(_tiers(piece))


def _tiers(piece: Piece) -> tuple[Tier, ...]:
    """Read tiers: bounds that rise from above zero, and a last tier without one."""
    rows = piece.rows("tiers")
    if not rows:
        refuse(piece.place("tiers"), "There has to be at least one tier.")
    tiers: list[Tier] = []
    below = ZERO
    for at, raw in rows:
        tier = Piece(raw, at, ("up_to", "unit", "flat"))
        last = len(tiers) == len(rows) - 1
        if last and "up_to" in tier.raw:
            refuse(tier.place("up_to"), "The last tier is open; leave up_to out, or add a tier.")
        up_to = None if last else tier.positive("up_to")
        if up_to is not None and up_to <= below:
            refuse(
                tier.place("up_to"),
                f"The tier ends at {plain(up_to)}, not above the tier before ({plain(below)}); "
                "order the tiers so that each ends higher.",
            )
        tiers.append(Tier(up_to, tier.optional_price("unit"), tier.optional_price("flat")))
        below = up_to or below
    return tuple(tiers)


def _package(piece: Piece, _: MeterDefined | None) -> Package:
    rounding = piece.choice("round", ("up", "down")) if "round" in piece.raw else "up"
    return Package(
        size=piece.positive("size"),
        amount=piece.price("amount"),
        free=piece.optional_price("free") or ZERO,
        round_up=rounding == "up",
    )


def _matrix(piece: Piece, meter: MeterDefined | None) -> Matrix:
    dimensions = _dimensions(piece, meter)
    prices: dict[tuple[str, ...], Decimal] = {}
    for at, raw in piece.rows("prices"):
        row = Piece(raw, at, ("when", "unit"))
        values = _when(row, dimensions)
        if values in prices:
            refuse(row.place("when"), "Another price has the same dimension values; keep one.")
        prices[values] = row.price("unit")
    default = piece.optional_price("default")
    if not prices and default is None:
        refuse(piece.place("prices"), "There has to be a price or a default.")
    return Matrix(dimensions, prices, default)


def _dimensions(piece: Piece, meter: MeterDefined | None) -> tuple[str, ...]:
    names: list[str] = []
    for at, name in piece.rows("dimensions"):
        if not is_text(name):
            refuse(at, "A dimension has to be a text of 1 to 255 characters.")
        if name in names:
            refuse(at, f"The dimension {name} stands here twice; keep one.")
        if meter is not None and name not in meter.dimensions:
            refuse(at, f"The meter {meter.meter} declares no dimension {name}; use one it has.")
        names.append(name)
    if not names:
        refuse(piece.place("dimensions"), "There has to be at least one dimension.")
    return tuple(names)


def _when(row: Piece, dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Read the values of a matrix price; an absent one is the empty one."""
    when = Piece(row.required("when"), row.place("when"), dimensions)
    for name, value in when.raw.items():
        if value != "" and not is_text(value):
            refuse(when.place(name), f"The value of {name} has to be a text.")
    return tuple(when.raw.get(name, "") for name in dimensions)


_FIELDS: dict[str, tuple[tuple[str, ...], Callable[[Piece, MeterDefined | None], Model]]] = {
    "per_unit": (("unit",), _per_unit),
    "graduated": (("tiers",), _graduated),
    "volume": (("tiers",), _volume),
    "package": (("size", "amount", "free", "round"), _package),
    "matrix": (("dimensions", "prices", "default"), _matrix),
}
