"""register_entity and change_entity: a legal entity with books of its own, and its master data.

Its currency, rounding, time zone and country never change: the books and the documents there are
were kept by them.
"""

from typing import Literal

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, Record, StartsOn, refuse_no_change
from ledger.commands.form.types import Country, Currency, Id, Period, Text, TimeZone
from ledger.commands.form.vat import check_vat_id
from ledger.errors import AlreadyExists
from ledger.events.catalog import EntityChanged, EntityRegistered
from ledger.events.streams import stream
from ledger.periods import instant


class Policies(Record):
    """Accounting policies where practice differs; what is not named stands as the default."""

    revenue_schedule: Literal["daily", "monthly"] = "daily"
    breakage: Literal["at_expiry", "proportional"] = "at_expiry"
    chargeback: Literal["loss", "revenue"] = "loss"
    tax_relief_on_write_off: bool = False
    revalue_tax_payable: bool = True


class RegisterEntity(Command):
    """Register an entity, its currency, and the first period that takes postings."""

    NAME = "register_entity"

    entity: Id
    name: Text
    currency: Currency
    country: Country
    time_zone: TimeZone
    first_period: Period
    rounding: Literal["half_up", "half_even"] = "half_up"
    vat_id: Text | None = None
    address: Text | None = None
    policies: Policies = Policies()


class ChangedPolicies(Record):
    """Accounting policies that change; what is not named stands."""

    revenue_schedule: Literal["daily", "monthly"] | None = None
    breakage: Literal["at_expiry", "proportional"] | None = None
    chargeback: Literal["loss", "revenue"] | None = None
    tax_relief_on_write_off: bool | None = None
    revalue_tax_payable: bool | None = None


class ChangeEntity(Command):
    """Change fields of a legal entity from a day on; what is not named stays."""

    NAME = "change_entity"

    entity: Id
    starts_on: StartsOn
    name: Text | None = None
    vat_id: Text | None = None
    address: Text | None = None
    policies: ChangedPolicies | None = None


def register_entity(command: RegisterEntity, context: Context) -> Decision:
    """Decide a new entity; its id must be free."""
    where = stream("entity", command.entity)
    if context.history(where):
        raise AlreadyExists(field="entity", kind="entity", id=command.entity)
    if command.vat_id is not None:
        check_vat_id(command.vat_id, command.country)
    fact = EntityRegistered(
        originator_id=where,
        originator_version=1,
        timestamp=context.dated(command, command.time_zone),
        entity=command.entity,
        name=command.name,
        currency=command.currency,
        country=command.country,
        time_zone=command.time_zone,
        first_period=command.first_period,
        rounding=command.rounding,
        vat_id=command.vat_id,
        address=command.address,
        policies=command.policies.model_dump(),
    )
    return Decision([fact])


def change_entity(command: ChangeEntity, context: Context) -> Decision:
    """Decide a change of an entity."""
    entity = context.entity(command.entity)
    refuse_no_change(command)
    if command.vat_id is not None:
        check_vat_id(command.vat_id, entity.country)
    where = stream("entity", command.entity)
    policies = command.policies.model_dump(exclude_none=True) if command.policies else {}
    fact = EntityChanged(
        originator_id=where,
        originator_version=len(context.history(where)) + 1,
        timestamp=instant(command.starts_on, entity.time_zone),
        causes=(entity.cause,),
        entity=command.entity,
        starts_on=command.starts_on,
        name=command.name,
        vat_id=command.vat_id,
        address=command.address,
        policies=policies,
    )
    return Decision([fact])
