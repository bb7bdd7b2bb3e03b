"""An item's price as one function: from what was measured to an exact amount and its parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.catalog.prices import Dynamic, Matrix, Percentage
from ledger.catalog.records import UsageItem
from ledger.events.billing import TierCharge, Unpriced
from ledger.money import ZERO, exactly, trimmed
from ledger.rating.bounds import Term, bounded
from ledger.rating.events import (
    NO_PERCENTS,
    NO_PRICES,
    Carried,
    Percents,
    parts_of_carried,
    parts_of_percents,
)
from ledger.rating.quantities import part_of, parts_of_quantity

WHOLE = Term()


@dataclass(frozen=True)
class Group:
    """So much usage with the same dimension values; ``count`` counts its events."""

    dimensions: Mapping[str, str]
    quantity: Decimal
    count: int


@dataclass(frozen=True)
class Rated:
    """A priced quantity: the exact amount, and the parts that sum to it."""

    amount: Decimal
    quantity: Decimal
    tiers: tuple[TierCharge, ...]
    unpriced: Unpriced | None = None


NOTHING = Rated(ZERO, ZERO, ())


@exactly
def price(
    item: UsageItem,
    quantity: Decimal,
    groups: Iterable[Group] = (),
    events: Percents | Carried | None = None,
    term: Term = WHOLE,
) -> Rated:
    """Price what was measured for an item.

    A matrix prices the ``groups``, which are by its dimensions at least; a percentage and a dynamic
    price take the ``events`` as SQL summed them; the other models price the ``quantity``.
    """
    model, unpriced = item.model, None
    if isinstance(model, Matrix):
        quantity, parts, unpriced = _matrix(model, groups)
    elif isinstance(model, Percentage):
        parts = parts_of_percents(model, events if isinstance(events, Percents) else NO_PERCENTS)
    elif isinstance(model, Dynamic):
        carried = events if isinstance(events, Carried) else NO_PRICES
        parts, unpriced = parts_of_carried(carried)
        quantity = carried.quantity
    else:
        parts = parts_of_quantity(model, quantity)
    tiers = bounded(item, parts, term)
    amount = sum((tier.amount for tier in tiers), ZERO)
    return Rated(trimmed(amount), trimmed(quantity), tiers, unpriced)


def dimensions_of(item: UsageItem) -> tuple[str, ...]:
    """Return the dimensions by which an item's usage has to be measured in groups."""
    matrix = item.model.dimensions if isinstance(item.model, Matrix) else ()
    return tuple(dict.fromkeys((*item.group_by, *matrix)))


def _matrix(
    model: Matrix, groups: Iterable[Group]
) -> tuple[Decimal, tuple[TierCharge, ...], Unpriced | None]:
    """Return the priced quantity, its parts in the order of their values, and what has no price."""
    sums: dict[tuple[str, ...], tuple[Decimal, int]] = {}
    for group in groups:
        values = tuple(group.dimensions.get(name) or "" for name in model.dimensions)
        quantity, count = sums.get(values, (ZERO, 0))
        sums[values] = quantity + group.quantity, count + group.count
    total, missing, missing_count = ZERO, ZERO, 0
    parts: list[TierCharge] = []
    for values in sorted(sums):
        quantity, count = sums[values]
        unit = model.prices.get(values, model.default)
        if unit is None:
            missing, missing_count = missing + quantity, missing_count + count
            continue
        when = {name: text for name, text in zip(model.dimensions, values, strict=True) if text}
        parts.append(part_of(quantity, unit, when=when))
        total += quantity
    unpriced = Unpriced(missing_count, trimmed(missing)) if missing_count else None
    return total, tuple(parts), unpriced
