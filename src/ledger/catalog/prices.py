"""The typed records of price models: how a quantity, or each event, becomes an amount."""

from dataclasses import dataclass
from decimal import Decimal

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
class Percentage:
    """Of each event ``rate`` per cent of its value and a ``fixed`` fee, within a least and a most.

    The first events are free, until ``free_events`` or the values of ``free_amount`` are used up,
    whichever is first.
    """

    rate: Decimal
    fixed: Decimal = ZERO
    free_events: int | None = None
    free_amount: Decimal | None = None
    min_per_event: Decimal | None = None
    max_per_event: Decimal | None = None


@dataclass(frozen=True)
class PercentTier:
    """Values up to ``up_to`` (inclusive; none = without end) at a ``rate`` in per cent."""

    up_to: Decimal | None
    rate: Decimal
    flat: Decimal | None


@dataclass(frozen=True)
class GraduatedPercentage:
    """Each part of the total value at the rate of its tier."""

    tiers: tuple[PercentTier, ...]


@dataclass(frozen=True)
class Dynamic:
    """Each event at the price that it carries in a property."""

    amount_property: str


@dataclass(frozen=True)
class Matrix:
    """A unit price by dimension values, in the order of ``dimensions``; absent values are "".

    Usage that no price fits takes the ``default``, and is unpriced where there is none.
    """

    dimensions: tuple[str, ...]
    prices: dict[tuple[str, ...], Decimal]
    default: Decimal | None = None


Model = PerUnit | Graduated | Volume | Package | Percentage | GraduatedPercentage | Dynamic | Matrix
