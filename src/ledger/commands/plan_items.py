"""The shape of plan items and price models as a command carries them.

Shape only: fields, decimals, counts. What makes sense together is judged by ``ledger.catalog``.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ledger.commands.command import Record
from ledger.commands.types import Id, Number

_LATER_KINDS = ("recurring", "commitment", "one_time", "entitlement")
_LATER_FIELDS = ("filter", "group_by", "minimum", "maximum")


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


PriceModel = Annotated[PerUnit | Graduated | Volume | Package | Matrix, Field(discriminator="type")]


class Item(Record):
    """An item of a plan; today every one has the kind ``usage``."""

    item: Id
    kind: Literal["usage"]
    meter: Id
    model: PriceModel
    interval: Literal["month", "quarter", "year"]
    tax: Id | None = None
    revenue_account: Id | None = None
    discount_percent: Number | None = None

    @model_validator(mode="before")
    @classmethod
    def _supported(cls, item: Any) -> Any:
        """Tell what comes later apart from what does not exist."""
        if isinstance(item, Mapping):
            if item.get("kind") in _LATER_KINDS:
                raise unsupported("kind", f"Items of the kind {item['kind']} are")
            for name in _LATER_FIELDS:
                if name in item:
                    raise unsupported(name, f"The field {name} is")
        return item


class Override(Record):
    """A negotiated price of one item of the plan."""

    item: Id
    model: PriceModel

    @model_validator(mode="before")
    @classmethod
    def _supported(cls, override: Any) -> Any:
        """An ``amount`` is for items that have one; there are none yet."""
        if isinstance(override, Mapping) and "amount" in override:
            raise unsupported("amount", "A negotiated amount is")
        return override


def plain(record: Record) -> dict[str, Any]:
    """Return a record as it stands in a fact: strings for decimals, nothing that is absent."""
    return record.model_dump(mode="json", by_alias=True, exclude_none=True)


def unsupported(field: str, what: str) -> PydanticCustomError:
    """Return the BAD_PLAN of something the contract has and this version has not."""
    why = f"{what} not supported yet; leave it out."
    return PydanticCustomError("BAD_PLAN", "{value}", {"value": why, "field": field})
