"""Each price model as a function from a measured quantity to an exact amount and its parts.

A zero quantity still pays the flat fee of a first tier. A negative quantity (a provider's credit)
is priced at the unit price of the first tier; of packages it starts none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledger.catalog.prices import Graduated, Matrix, Package, PerUnit, Tier, Volume
from ledger.catalog.records import UsageItem
from ledger.events.billing import TierCharge, Unpriced
from ledger.money import EXACT, HUNDRED, ONE, ZERO, exactly, trimmed


@dataclass(frozen=True)
class Group:
    """So much usage with the same dimension values; ``count`` counts its events."""

    dimensions: Mapping[str, str]
    quantity: Decimal
    count: int


@dataclass(frozen=True)
class Rated:
    """A priced quantity: the exact amount after the discount, and the parts before it."""

    amount: Decimal
    quantity: Decimal
    tiers: tuple[TierCharge, ...]
    unpriced: Unpriced | None = None


@exactly
def price(item: UsageItem, quantity: Decimal, groups: Iterable[Group] = ()) -> Rated:
    """Price what was measured for an item.

    A matrix prices the ``groups``, which are by its dimensions at least; the other models price
    the ``quantity``. The parts sum to the amount before ``discount_percent``.
    """
    if isinstance(item.model, Matrix):
        quantity, tiers, unpriced = _matrix(item.model, groups)
    else:
        tiers, unpriced = _MODELS[type(item.model)](item.model, quantity), None
    amount = sum((tier.amount for tier in tiers), ZERO)
    if item.discount_percent:
        amount = (amount * (HUNDRED - item.discount_percent)).scaleb(-2, EXACT)
    return Rated(trimmed(amount), trimmed(quantity), tiers, unpriced)


def dimensions_of(item: UsageItem) -> tuple[str, ...]:
    """Return the dimensions by which an item's usage has to be measured in groups."""
    return item.model.dimensions if isinstance(item.model, Matrix) else ()


def _per_unit(model: PerUnit, quantity: Decimal) -> tuple[TierCharge, ...]:
    return (_part(quantity, model.unit),) if quantity else ()


def _graduated(model: Graduated, quantity: Decimal) -> tuple[TierCharge, ...]:
    parts: list[TierCharge] = []
    below = ZERO
    for index, tier in enumerate(model.tiers):
        if index and quantity <= below:
            break
        upper = quantity if tier.up_to is None else min(quantity, tier.up_to)
        parts.append(_tier(tier, upper - below))
        below = tier.up_to or below
    return _shown(parts)


def _volume(model: Volume, quantity: Decimal) -> tuple[TierCharge, ...]:
    reached = next(t for t in model.tiers if t.up_to is None or quantity <= t.up_to)
    return _shown([_tier(reached, quantity)])


def _package(model: Package, quantity: Decimal) -> tuple[TierCharge, ...]:
    """Charge whole packages: the part's quantity is their number, its unit the package's price."""
    started, rest = divmod(max(quantity - model.free, ZERO), model.size)
    if rest and model.round_up:
        started += ONE
    return (_part(started, model.amount),) if started else ()


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
        parts.append(_part(quantity, unit, when=when))
        total += quantity
    unpriced = Unpriced(missing_count, trimmed(missing)) if missing_count else None
    return total, tuple(parts), unpriced


def _tier(tier: Tier, quantity: Decimal) -> TierCharge:
    return _part(quantity, tier.unit or ZERO, flat=tier.flat, up_to=tier.up_to)


def _part(
    quantity: Decimal,
    unit: Decimal,
    flat: Decimal | None = None,
    up_to: Decimal | None = None,
    when: dict[str, str] | None = None,
) -> TierCharge:
    amount = trimmed(quantity * unit + (flat or ZERO))
    return TierCharge(trimmed(quantity), amount, unit, flat, up_to, when)


def _shown(parts: list[TierCharge]) -> tuple[TierCharge, ...]:
    """Leave out a first tier that holds nothing and costs nothing."""
    return tuple(part for part in parts if part.quantity or part.amount)


_MODELS: dict[type, Callable[[Any, Decimal], tuple[TierCharge, ...]]] = {
    PerUnit: _per_unit,
    Graduated: _graduated,
    Volume: _volume,
    Package: _package,
}
