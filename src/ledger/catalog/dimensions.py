"""Names and values of dimensions in plans: declared by the meter, named once, "" = absent."""

from collections.abc import Mapping, Sequence

from ledger.catalog.reading import Piece, is_text, refuse
from ledger.catalog.records import UsageItem
from ledger.events.catalog import MeterDefined


def names_of(piece: Piece, field: str, meter: MeterDefined | None) -> tuple[str, ...]:
    """Read a list of at least one dimension; with its meter, each has to be declared there."""
    names: list[str] = []
    for at, name in piece.rows(field):
        if not is_text(name):
            refuse(at, "A dimension has to be a text of 1 to 255 characters.")
        if name in names:
            refuse(at, f"The dimension {name} stands here twice; keep one.")
        _declared(name, at, meter)
        names.append(name)
    if not names:
        refuse(piece.place(field), "There has to be at least one dimension.")
    return tuple(names)


def values_of(when: Piece) -> dict[str, str]:
    """Read dimension values; an absent one is the empty one."""
    for name, value in when.raw.items():
        if value != "" and not is_text(value):
            refuse(when.place(name), f"The value of {name} has to be a text.")
    return dict(when.raw)


def filter_of(piece: Piece, meter: MeterDefined | None) -> dict[str, str]:
    """Read the filter of an item: the value of each dimension that its events must have."""
    if "filter" not in piece.raw:
        return {}
    raw = piece.raw["filter"]
    found = Piece(raw, piece.place("filter"), raw if isinstance(raw, dict) else ())
    for name in raw:
        _declared(name, found.place(name), meter)
    return values_of(found)


def refuse_shared_usage(items: Sequence[UsageItem], places: Mapping[str, str]) -> None:
    """Refuse two items that could price one event: their filters have to exclude each other."""
    for index, item in enumerate(items):
        for other in items[:index]:
            if other.meter == item.meter and not _apart(other.filter, item.filter):
                refuse(
                    f"{places[item.item]}.filter",
                    f"The items {other.item} and {item.item} price the same usage of the meter "
                    f"{item.meter}; give both a filter with another value of one dimension.",
                )


def _apart(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(one[name] != other[name] for name in one.keys() & other.keys())


def _declared(name: str, at: str, meter: MeterDefined | None) -> None:
    if meter is not None and name not in meter.dimensions:
        refuse(at, f"The meter {meter.meter} declares no dimension {name}; use one it has.")
