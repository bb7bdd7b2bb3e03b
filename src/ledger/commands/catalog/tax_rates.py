"""set_tax_rate: what is taxed how, from a day on."""

from typing import Literal

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, StartsOn
from ledger.commands.form.types import Id, Percent, Text
from ledger.errors import BadValue
from ledger.events.catalog import TaxRateSet
from ledger.events.streams import stream


class SetTaxRate(Command):
    """Set the rate and the EN 16931 category of a tax code from a day on."""

    NAME = "set_tax_rate"

    code: Id
    rate: Percent
    starts_on: StartsOn
    category: Literal["S", "Z", "E", "AE", "G", "O"]
    exemption_reason: Text | None = None


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
