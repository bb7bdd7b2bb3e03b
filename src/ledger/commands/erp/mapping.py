"""map_account and set_export_profile: how an entity's accounts look to a target's ERP."""

from typing import Literal

from pydantic import Field

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, StartsOn
from ledger.commands.form.types import Id, Text
from ledger.events.erp import AccountMapped, ExportProfileSet
from ledger.events.streams import stream
from ledger.exporting.profile import check_profile

Profile = Literal["document", "journal_detail", "journal_daily", "journal_period"]


class MapAccount(Command):
    """Give an account of the chart its number in a target's ERP from a day on."""

    NAME = "map_account"

    target: Id
    entity: Id
    account: Id
    erp_account: Id
    starts_on: StartsOn
    dimensions: dict[Id, Text] = Field(default_factory=dict)


class SetExportProfile(Command):
    """Say how each account class of an entity goes to a target."""

    NAME = "set_export_profile"

    target: Id
    entity: Id
    profile: dict[Id, Profile]


def map_account(command: MapAccount, context: Context) -> Decision:
    """Decide a mapping; the same account and ``from`` again replaces it."""
    entity = context.entity(command.entity)
    context.chart().account(command.account)
    where = stream("mapping", command.target, command.entity)
    fact = AccountMapped(
        originator_id=where,
        originator_version=len(context.history(where)) + 1,
        timestamp=context.dated(command, entity.time_zone),
        causes=(entity.cause,),
        target=command.target,
        entity=command.entity,
        account=command.account,
        erp_account=command.erp_account,
        starts_on=command.starts_on,
        dimensions=command.dimensions,
    )
    return Decision([fact])


def set_export_profile(command: SetExportProfile, context: Context) -> Decision:
    """Decide the whole profile of an entity for a target; the one before stands no more."""
    entity = context.entity(command.entity)
    check_profile(command.profile, context.chart())
    where = stream("profile", command.target, command.entity)
    fact = ExportProfileSet(
        originator_id=where,
        originator_version=len(context.history(where)) + 1,
        timestamp=context.dated(command, entity.time_zone),
        causes=(entity.cause,),
        target=command.target,
        entity=command.entity,
        profile=dict(command.profile),
    )
    return Decision([fact])
