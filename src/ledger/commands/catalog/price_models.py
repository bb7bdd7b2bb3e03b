"""The shape of price models as a command carries them; ``type`` tells them apart."""

from typing import Annotated, Literal

from pydantic import Field

from ledger.commands.form.command import Record
from ledger.commands.form.types import Id, Number


class Tier(Record):
    """A part of a quantity with its unit price and flat fee; the last one has no ``up_to``."""

    up_to: Number | None = None
    unit: Number | None = None
    flat: Number | None = None


class PerUnit(Record):
    """quantity × unit."""

    type: Literal["per_unit"]
    unit: Number


class Graduated(Record):
    """Each part of the quantity at its tier."""

    type: Literal["graduated"]
    tiers: list[Tier]


class Volume(Record):
    """The whole quantity at the tier that it reaches."""

    type: Literal["volume"]
    tiers: list[Tier]


class Package(Record):
    """Started packages of ``size``, after ``free`` units."""

    type: Literal["package"]
    size: Number
    amount: Number
    free: Number | None = None
    round: Literal["up", "down"] | None = None


class Percentage(Record):
    """Per event: fixed + rate % of its value, within a least and a most; the first are free."""

    type: Literal["percentage"]
    rate: Number
    fixed: Number | None = None
    free_events: int | None = None
    free_amount: Number | None = None
    min_per_event: Number | None = None
    max_per_event: Number | None = None


class PercentTier(Record):
    """A part of a total with its rate in per cent and flat fee; the last one has no ``up_to``."""

    up_to: Number | None = None
    rate: Number
    flat: Number | None = None


class GraduatedPercentage(Record):
    """Each part of the total at the rate of its tier."""

    type: Literal["graduated_percentage"]
    tiers: list[PercentTier]


class Dynamic(Record):
    """Each event at the price that it carries."""

    type: Literal["dynamic"]
    amount_property: Id


class MatrixPrice(Record):
    """A unit price for these dimension values."""

    when: dict[str, str]
    unit: Number


class Matrix(Record):
    """A unit price by dimension values; without one and without ``default`` usage is unpriced."""

    type: Literal["matrix"]
    dimensions: list[Id]
    prices: list[MatrixPrice]
    default: Number | None = None


PriceModel = Annotated[
    PerUnit | Graduated | Volume | Package | Percentage | GraduatedPercentage | Dynamic | Matrix,
    Field(discriminator="type"),
]
