"""The typed records of a plan: its items, their price models, its versions."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledger.events.fact import Cause
from ledger.money import ZERO


@dataclass(frozen=True)
class PerUnit:
    """Every unit at one price."""

    unit: Decimal


@dataclass(frozen=True)
class Tier:
    """Quantities up to ``up_to`` (inclusive; none = without end); what is not named is free."""

    up_to: Decimal | None
    unit: Decimal | None
    flat: Decimal | None


@dataclass(frozen=True)
class Graduated:
    """Each part of the quantity at the price of its tier."""

    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class Volume:
    """The whole quantity at the price of the tier that it reaches."""

    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class Package:
    """Packages of ``size`` units beyond the ``free`` ones; a started one counts if rounded up."""

    size: Decimal
    amount: Decimal
    free: Decimal = ZERO
    round_up: bool = True


@dataclass(frozen=True)
class Matrix:
    """A unit price by dimension values, in the order of ``dimensions``; absent values are "".

    Usage that no price fits takes the ``default``, and is unpriced where there is none.
    """

    dimensions: tuple[str, ...]
    prices: dict[tuple[str, ...], Decimal]
    default: Decimal | None = None


Model = PerUnit | Graduated | Volume | Package | Matrix


@dataclass(frozen=True)
class UsageItem:
    """What a plan charges for one meter, per interval."""

    item: str
    meter: str
    interval: str
    model: Model
    discount_percent: Decimal = ZERO
    tax: str | None = None
    revenue_account: str = "4010"


@dataclass(frozen=True)
class PlanVersion:
    """A plan as published once: ``version`` counts its publications."""

    plan: str
    version: int
    currency: str
    starts_on: date
    applies_to: str
    tax_inclusive: bool
    items: tuple[UsageItem, ...]
    cause: Cause = field(repr=False)
