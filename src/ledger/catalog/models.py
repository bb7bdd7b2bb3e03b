"""Price models read from the contract's JSON and checked."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ledger.catalog.dimensions import names_of, values_of
from ledger.catalog.prices import (
    Dynamic,
    Graduated,
    GraduatedPercentage,
    Matrix,
    Model,
    Package,
    Percentage,
    PercentTier,
    PerUnit,
    Tier,
    Volume,
)
from ledger.catalog.reading import Piece, refuse
from ledger.catalog.tiers import bounds
from ledger.events.catalog import MeterDefined
from ledger.money import ZERO, plain


def parse_model(raw: Any, at: str, meter: MeterDefined | None = None) -> Model:
    """Read a price model; with its meter, what it says of events is checked against it."""
    kind = raw.get("type") if isinstance(raw, dict) else None
    if isinstance(kind, str) and kind in _FIELDS:
        known, read = _FIELDS[kind]
        return read(Piece(raw, at, ("type", *known)), meter)
    Piece(raw, at, raw if isinstance(raw, dict) else ()).choice("type", tuple(_FIELDS))
    raise AssertionError(kind)


def _per_unit(piece: Piece, _: MeterDefined | None) -> PerUnit:
    return PerUnit(piece.price("unit"))


def _graduated(piece: Piece, _: MeterDefined | None) -> Graduated:
    return Graduated(_tiers(piece))


def _volume(piece: Piece, _: MeterDefined | None) -> Volume:
    return Volume(_tiers(piece))


def _tiers(piece: Piece) -> tuple[Tier, ...]:
    return tuple(
        Tier(up_to, tier.optional_price("unit"), tier.optional_price("flat"))
        for up_to, tier in bounds(piece, ("unit", "flat"))
    )


def _package(piece: Piece, _: MeterDefined | None) -> Package:
    return Package(
        size=piece.positive("size"),
        amount=piece.price("amount"),
        free=piece.optional_price("free") or ZERO,
        round_up=piece.optional_choice("round", ("up", "down")) == "up",
    )


def _percentage(piece: Piece, meter: MeterDefined | None) -> Percentage:
    _refuse_levels(piece, meter)
    least, most = piece.optional_price("min_per_event"), piece.optional_price("max_per_event")
    if least is not None and most is not None and least > most:
        refuse(
            piece.place("max_per_event"),
            f"The most for an event is below the least ({plain(least)}).",
        )
    return Percentage(
        rate=piece.price("rate"),
        fixed=piece.optional_price("fixed") or ZERO,
        free_events=piece.optional_count("free_events"),
        free_amount=piece.optional_price("free_amount"),
        min_per_event=least,
        max_per_event=most,
    )


def _graduated_percentage(piece: Piece, _: MeterDefined | None) -> GraduatedPercentage:
    tiers = (
        PercentTier(up_to, tier.price("rate"), tier.optional_price("flat"))
        for up_to, tier in bounds(piece, ("rate", "flat"))
    )
    return GraduatedPercentage(tuple(tiers))


def _dynamic(piece: Piece, meter: MeterDefined | None) -> Dynamic:
    _refuse_levels(piece, meter)
    return Dynamic(piece.text("amount_property"))


def _refuse_levels(piece: Piece, meter: MeterDefined | None) -> None:
    """Events that change a level have no value of their own to price one by one."""
    if meter is not None and meter.aggregation == "weighted_sum":
        refuse(
            piece.place("type"),
            f"The meter {meter.meter} measures a level over time; use a model that prices the "
            "quantity, not each event.",
        )


def _matrix(piece: Piece, meter: MeterDefined | None) -> Matrix:
    dimensions = names_of(piece, "dimensions", meter)
    prices: dict[tuple[str, ...], Decimal] = {}
    for at, raw in piece.rows("prices"):
        row = Piece(raw, at, ("when", "unit"))
        when = values_of(Piece(row.required("when"), row.place("when"), dimensions))
        values = tuple(when.get(name, "") for name in dimensions)
        if values in prices:
            refuse(row.place("when"), "Another price has the same dimension values; keep one.")
        prices[values] = row.price("unit")
    default = piece.optional_price("default")
    if not prices and default is None:
        refuse(piece.place("prices"), "There has to be a price or a default.")
    return Matrix(dimensions, prices, default)


_FIELDS: dict[str, tuple[tuple[str, ...], Callable[[Piece, MeterDefined | None], Model]]] = {
    "per_unit": (("unit",), _per_unit),
    "graduated": (("tiers",), _graduated),
    "volume": (("tiers",), _volume),
    "package": (("size", "amount", "free", "round"), _package),
    "percentage": (
        ("rate", "fixed", "free_events", "free_amount", "min_per_event", "max_per_event"),
        _percentage,
    ),
    "graduated_percentage": (("tiers",), _graduated_percentage),
    "dynamic": (("amount_property",), _dynamic),
    "matrix": (("dimensions", "prices", "default"), _matrix),
}
