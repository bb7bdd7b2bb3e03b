"""open_account: a customer account; its personal data goes beside the log, in one transaction."""

from typing import Annotated
from zlib import crc32

from psycopg.errors import UniqueViolation
from pydantic import Field

from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command
from ledger.commands.form.types import Country, Currency, Id, Text, TimeZone
from ledger.commands.form.vat import check_vat_id, need_both
from ledger.errors import AlreadyExists, BadValue, CurrencyMismatch, VersionConflict
from ledger.events.catalog import AccountOpened, EntityRegistered
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.store import personal
from ledger.store.database import Transaction
from ledger.store.personal import Person


class OpenAccount(Command):
    """Open an account with an entity; its documents are in the account's currency."""

    NAME = "open_account"
    PERSONAL = ("name", "address", "vat_id")

    account: Id
    entity: Id
    name: Text
    currency: Currency
    country: Country | None = None
    address: Text | None = None
    time_zone: TimeZone | None = None
    vat_id: Text | None = None
    tax: Id | None = None
    parent: Id | None = None
    payment_terms_days: Annotated[int, Field(ge=0, le=3650)] = 30


def open_account(command: OpenAccount, context: Context) -> Decision:
    """Decide a new account: its entity, tax code and parent exist and fit."""
    entity = context.entity(command.entity)
    if context.find_account(command.account) is not None:
        raise AlreadyExists(field="account", kind="account", id=command.account)
    causes = [entity.cause, *_tax(command, entity, context), *_parent(command, context)]
    person = Person(command.name, command.address, command.vat_id)
    fact = AccountOpened(
        originator_id=stream("account", command.account),
        originator_version=1,
        timestamp=context.dated(command, entity.time_zone),
        causes=tuple(causes),
        account=command.account,
        entity=command.entity,
        currency=command.currency,
        lane=lane_of(command.account, context.ledger.settings.usage_lanes),
        person=person.digest(context.hmac_key),
        has_vat_id=command.vat_id is not None,
        time_zone=command.time_zone or entity.time_zone,
        country=command.country,
        tax=command.tax,
        parent=command.parent,
        payment_terms_days=command.payment_terms_days,
    )
    return Decision([fact], inside=lambda tx: _keep(tx, person, fact, context))


def _keep(tx: Transaction, person: Person, fact: AccountOpened, context: Context) -> None:
    """Write the personal fields; somebody else's row is a conflict like any other."""
    try:
        personal.insert(tx, fact.account, 1, context.hmac_key, person, context.now)
    except UniqueViolation as error:
        raise VersionConflict(count=1, streams=[fact.originator_id]) from error


def lane_of(account: str, usage_lanes: int) -> int:
    """Return the usage lane of a new account: spread by its id over the lanes there are."""
    return 1 + crc32(account.encode()) % usage_lanes


def _tax(command: OpenAccount, entity: EntityRegistered, context: Context) -> list[Cause]:
    """Check the VAT id and the tax code; a reverse charge needs the VAT ids of both."""
    if command.vat_id is not None:
        check_vat_id(command.vat_id, command.country)
    if command.tax is None:
        return []
    rates = context.tax_rates(command.tax, "tax")
    if any(rate.category == "AE" for rate in rates):
        need_both(command.vat_id is not None, entity.vat_id is not None, "vat_id")
    return [rates[-1].cause]


def _parent(command: OpenAccount, context: Context) -> list[Cause]:
    """A parent pays for its children, so it belongs to the same entity and has their currency."""
    if command.parent is None:
        return []
    parent = context.account(command.parent, "parent")
    if parent.opened.entity != command.entity:
        raise BadValue(
            field="parent", why=f"{command.parent} belongs to the entity {parent.opened.entity}."
        )
    if parent.opened.currency != command.currency:
        raise CurrencyMismatch(
            field="currency",
            currency=command.currency,
            owner=f"the account {command.parent}, which pays,",
            expected=parent.opened.currency,
        )
    return [parent.cause]
