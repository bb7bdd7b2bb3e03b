"""register_entity: a legal entity with books of its own."""

from typing import Literal

from ledger.commands.command import Command, Record
from ledger.commands.context import Context
from ledger.commands.decision import Decision
from ledger.commands.types import Country, Currency, Id, Period, Text, TimeZone
from ledger.commands.vat import check_vat_id
from ledger.errors import AlreadyExists
from ledger.events.catalog import EntityRegistered
from ledger.events.streams import stream


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
