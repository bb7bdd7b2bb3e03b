"""change_account: master data of an account that is other from a day on.

Its currency, entity and parent never change: the books and the documents there are were kept by
them.
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from ledger.commands.engine.aggregates import Account
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, StartsOn, refuse_no_change
from ledger.commands.form.types import Country, Id, Text, TimeZone
from ledger.commands.form.vat import check_vat_id, need_both
from ledger.errors import AccountErased, BadValue, TimeZoneInUse
from ledger.events.catalog import AccountChanged, AccountOpened
from ledger.events.fact import Cause
from ledger.periods import instant
from ledger.store import personal
from ledger.store.database import Role
from ledger.store.personal import Person

PERSONAL = ("name", "address", "vat_id")


class ChangeAccount(Command):
    """Change fields of an account from a day on; what is not named stays."""

    NAME = "change_account"
    PERSONAL = PERSONAL

    account: Id
    starts_on: StartsOn
    name: Text | None = None
    country: Country | None = None
    address: Text | None = None
    time_zone: TimeZone | None = None
    vat_id: Text | None = None
    tax: Id | None = None
    payment_terms_days: Annotated[int, Field(ge=0, le=3650)] | None = None


def change_account(command: ChangeAccount, context: Context) -> Decision:
    """Decide a change of an account: what it will be has to fit as if it were opened so."""
    account = context.account(command.account)
    if account.erased:
        raise AccountErased(field="account", id=command.account)
    refuse_no_change(command)
    if command.time_zone is not None and account.subscriptions:
        raise TimeZoneInUse(field="time_zone", account=command.account)
    before = account.on(command.starts_on)
    causes = _tax(command, account, before, context)
    person = _person(command, account, context)
    fact = AccountChanged(
        originator_id=account.id,
        originator_version=account.version + 1,
        timestamp=instant(command.starts_on, before.time_zone),
        causes=(account.cause, *causes),
        account=command.account,
        starts_on=command.starts_on,
        person=person.digest(context.hmac_key) if person else None,
        has_vat_id=True if command.vat_id is not None else None,
        country=command.country,
        tax=command.tax,
        time_zone=command.time_zone,
        payment_terms_days=command.payment_terms_days,
    )
    if person is None:
        return Decision([fact])
    since = _since(command.starts_on, before, context)
    return Decision(
        [fact],
        inside=lambda tx: personal.insert(
            tx, command.account, fact.originator_version, context.hmac_key, person, since
        ),
    )


def _tax(
    command: ChangeAccount, account: Account, before: AccountOpened, context: Context
) -> list[Cause]:
    """Check the VAT id and the tax code that will hold; a reverse charge needs both VAT ids."""
    if command.vat_id is not None:
        check_vat_id(command.vat_id, command.country or before.country)
    if command.tax is None:
        return []
    rates = context.tax_rates(command.tax, "tax")
    if any(rate.category == "AE" for rate in rates):
        entity = context.entity(account.opened.entity, on=command.starts_on)
        has = command.vat_id is not None or before.has_vat_id
        need_both(has, entity.vat_id is not None, "vat_id")
    return [rates[-1].cause]


def _person(command: ChangeAccount, account: Account, context: Context) -> Person | None:
    """Return the personal fields as they will be, or none where none of them changes."""
    named = {name: value for name in PERSONAL if (value := getattr(command, name)) is not None}
    if not named:
        return None
    if any(change.person and change.starts_on > command.starts_on for change in account.changes):
        raise BadValue(
            field="from",
            why="Name, address or VAT id change on a later day already; name that day or later.",
        )
    with context.ledger.db.transaction(Role.WRITER) as tx:
        known = tx.one(personal.latest([command.account]))
    assert known is not None, f"{command.account} has personal data until it is erased"
    fields = {name: getattr(known, name) for name in PERSONAL}
    return Person(**{**fields, **named})


def _since(day: date, account: AccountOpened, context: Context) -> datetime:
    """Return since when personal fields hold: from that day on, and never before now."""
    return max(context.now, instant(day, account.time_zone))
