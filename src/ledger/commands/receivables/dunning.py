"""set_dunning_policy: when, and how often, customers of an entity are reminded of what is late."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, Record, StartsOn
from ledger.commands.form.types import Id, Text, bad_value
from ledger.events.dunning import DunningPolicySet, DunningStep
from ledger.events.streams import stream


class Step(Record):
    """A reminder: so many days after the due date, by this name."""

    days: Annotated[int, Field(ge=1, le=3650)]
    name: Text


def _rising(steps: list[Step]) -> list[Step]:
    days = [step.days for step in steps]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise bad_value("Each step comes more days after the due date than the one before.")
    return steps


class SetDunningPolicy(Command):
    """Set the reminders of an entity from a day on, earliest first; none ends them."""

    NAME = "set_dunning_policy"

    entity: Id
    starts_on: StartsOn
    steps: Annotated[list[Step], Field(max_length=20), AfterValidator(_rising)]


def set_dunning_policy(command: SetDunningPolicy, context: Context) -> Decision:
    """Decide a version of the policy; the same ``from`` again replaces it."""
    entity = context.entity(command.entity)
    where = stream("dunning_policy", entity.entity)
    fact = DunningPolicySet(
        originator_id=where,
        originator_version=len(context.history(where)) + 1,
        timestamp=context.dated(command, entity.time_zone),
        causes=(entity.cause,),
        entity=entity.entity,
        starts_on=command.starts_on,
        steps=tuple(DunningStep(step.days, step.name) for step in command.steps),
    )
    return Decision([fact])
