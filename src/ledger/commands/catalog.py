"""define_meter and set_tax_rate: what is measured, and what is taxed how."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ledger.commands.command import Command, StartsOn
from ledger.commands.context import Context
from ledger.commands.decision import Decision
from ledger.commands.types import Id, Percent, Text, bad_value
from ledger.errors import AlreadyExists, BadValue
from ledger.events.catalog import MeterDefined, TaxRateSet
from ledger.events.streams import stream


def _distinct(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise bad_value("A name is given twice; name each once.")
    return names


class DefineMeter(Command):
    """Define how usage events become a quantity; a definition never changes."""

    NAME = "define_meter"

    meter: Id
    aggregation: Literal["count", "sum", "max", "latest", "unique_count", "weighted_sum"]
    value: Id = "quantity"
    unit: Text | None = None
    dimensions: Annotated[list[Id], AfterValidator(_distinct)] = Field(default_factory=list)


class SetTaxRate(Command):
    """Set the rate and the EN 16931 category of a tax code from a day on."""

    NAME = "set_tax_rate"

    code: Id
    rate: Percent
    starts_on: StartsOn
    category: Literal["S", "Z", "E", "AE", "G", "O"]
    exemption_reason: Text | None = None


def define_meter(command: DefineMeter, context: Context) -> Decision:
    """Decide a new meter; its id must be free."""
    where = stream("meter", command.meter)
    if context.history(where):
        raise AlreadyExists(field="meter", kind="meter", id=command.meter)
    fact = MeterDefined(
        originator_id=where,
        originator_version=1,
        timestamp=context.dated(command),
        meter=command.meter,
        aggregation=command.aggregation,
        value=command.value,
        unit=command.unit,
        dimensions=tuple(command.dimensions),
    )
    return Decision([fact])


def set_tax_rate(command: SetTaxRate, context: Context) -> Decision:
    """Decide the next version of a tax code; the same ``from`` again replaces it.

    Only category S has a rate (EN 16931, BR-S-05 and its siblings), and a code keeps its category:
    what accounts and plans were checked against must stay true.
    """
    if (command.rate == 0) == (command.category == "S"):
        kind = "a rate above zero" if command.category == "S" else "the rate 0"
        raise BadValue(field="rate", why=f"The category {command.category} has {kind}.")
    where = stream("tax", command.code)
    before = context.history(where)
    if any(isinstance(b, TaxRateSet) and b.category != command.category for b in before):
        raise BadValue(field="category", why="A tax code keeps its category; use a new code.")
    fact = TaxRateSet(
        originator_id=where,
        originator_version=len(before) + 1,
        timestamp=context.dated(command),
        code=command.code,
        rate=command.rate,
        starts_on=command.starts_on,
        category=command.category,
        exemption_reason=command.exemption_reason,
    )
    return Decision([fact])
