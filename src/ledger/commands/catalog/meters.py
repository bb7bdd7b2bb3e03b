"""define_meter: what is measured, and how."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Id, Text, bad_value
from ledger.errors import AlreadyExists
from ledger.events.catalog import MeterDefined
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
