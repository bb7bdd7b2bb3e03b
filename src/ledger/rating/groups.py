"""The groups of an item that is priced by dimension values, and how each is named.

A group's name stands in the id of its charges, so it is one canonical text: ``region=eu,zone=``,
by the names of the dimensions, absent values empty.
"""

from collections.abc import Iterable, Mapping

_ESCAPES = str.maketrans({"%": "%25", "/": "%2F", ",": "%2C", "=": "%3D"})


def group_of(dimensions: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return the values of these dimensions in canonical order; an absent one is empty."""
    return {name: dimensions.get(name) or "" for name in sorted(names)}


def label(group: Mapping[str, str]) -> str:
    """Return the name of a group; that of an item without groups is empty."""
    return ",".join(
        f"{name.translate(_ESCAPES)}={group[name].translate(_ESCAPES)}" for name in sorted(group)
    )


def takes(where: Mapping[str, str], dimensions: Mapping[str, str]) -> bool:
    """Say whether usage with these dimensions has the values asked for; "" asks for none."""
    return all((dimensions.get(name) or "") == value for name, value in where.items())
