"""Models that price a quantity as one number: per unit, by tiers, by packages.

A zero quantity still pays the flat fee of a first tier. A negative quantity (a provider's credit)
is priced at the unit price of the first tier; of packages it starts none.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ledger.catalog.prices import (
    Graduated,
    GraduatedPercentage,
    Package,
    PerUnit,
    Tier,
    Volume,
)
from ledger.events.billing import TierCharge
from ledger.money import ONE, ZERO, trimmed
from ledger.rating.events import percent_of


def parts_of_quantity(model: Any, quantity: Decimal) -> tuple[TierCharge, ...]:
    """Return the parts of a quantity under one of these models."""
    return _MODELS[type(model)](model, quantity)


def _per_unit(model: PerUnit, quantity: Decimal) -> tuple[TierCharge, ...]:
    return (part_of(quantity, model.unit),) if quantity else ()


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


def _graduated_percentage(model: GraduatedPercentage, quantity: Decimal) -> tuple[TierCharge, ...]:
    parts: list[TierCharge] = []
    below = ZERO
    for index, tier in enumerate(model.tiers):
        if index and quantity <= below:
            break
        held = (quantity if tier.up_to is None else min(quantity, tier.up_to)) - below
        amount = percent_of(tier.rate, held) + (tier.flat or ZERO)
        parts.append(
            TierCharge(
                trimmed(held), trimmed(amount), flat=tier.flat, up_to=tier.up_to, rate=tier.rate
            )
        )
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
    return (part_of(started, model.amount),) if started else ()


def _tier(tier: Tier, quantity: Decimal) -> TierCharge:
    return part_of(quantity, tier.unit or ZERO, flat=tier.flat, up_to=tier.up_to)


def part_of(
    quantity: Decimal,
    unit: Decimal,
    flat: Decimal | None = None,
    up_to: Decimal | None = None,
    when: dict[str, str] | None = None,
) -> TierCharge:
    """Return a quantity at a unit price and a flat fee."""
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
    GraduatedPercentage: _graduated_percentage,
}
