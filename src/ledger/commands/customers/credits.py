"""grant_credit: an account has credit, bought or given, that its usage draws.

The grant stands in a stream of its own, where runs that draw it meet, and in the account's, which
a run that rates the account guards.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator

from ledger.commands.engine.aggregates import Account
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, Record, StartsOn
from ledger.commands.form.types import Amount, Day, Id, Number, bad_value
from ledger.commands.form.vat import need_both
from ledger.errors import AlreadyExists, BadValue, MissingField
from ledger.events.catalog import AccountCredited
from ledger.events.credit import CreditGranted
from ledger.events.streams import stream
from ledger.money import round_money

ADDITIVE = ("count", "sum")


def _share(value: Decimal) -> Decimal:
    if not 0 <= value < 1:
        raise bad_value("The expected breakage is a share of the grant, such as 0.10, below 1.")
    return value


class TopUp(Record):
    """The next grant follows, on the same terms, when less than this is left."""

    below: Amount


class GrantCredit(Command):
    """Grant an account credit: money that rated charges draw, or units drawn before pricing."""

    NAME = "grant_credit"

    grant: Id
    account: Id
    kind: Literal["prepaid", "promotional"]
    starts_on: StartsOn
    expires: Day | None = None
    amount: Amount | None = None
    units: Amount | None = None
    meter: Id | None = None
    price: Amount | None = None
    expected_breakage: Annotated[Number, AfterValidator(_share)] | None = None
    tax: Id | None = None
    top_up: TopUp | None = None


def grant_credit(command: GrantCredit, context: Context) -> Decision:
    """Decide a grant; prepaid money costs what it is worth unless it has another price."""
    where = stream("grant", command.grant)
    if context.history(where):
        raise AlreadyExists(field="grant", kind="grant", id=command.grant)
    check_form(command)
    account = context.account(command.account)
    _check_money(command, account.opened.currency)
    _check_meter(command, context)
    _check_tax(command, account, context)
    _check_exchange(command, account, context)
    opened = account.opened
    granted = CreditGranted(
        originator_id=where,
        originator_version=1,
        timestamp=context.dated(command, opened.time_zone),
        causes=(account.cause,),
        grant=command.grant,
        account=command.account,
        entity=opened.entity,
        currency=opened.currency,
        kind=command.kind,
        starts_on=command.starts_on,
        expires_on=command.expires,
        amount=command.amount,
        units=command.units,
        meter=command.meter,
        price=command.amount if _costs_itself(command) else command.price,
        expected_breakage=command.expected_breakage,
        tax_code=command.tax,
        top_up_below=command.top_up.below if command.top_up else None,
        series=command.grant if command.top_up else None,
    )
    known = AccountCredited(
        originator_id=account.id,
        originator_version=account.version + 1,
        timestamp=granted.timestamp,
        causes=(granted.cause,),
        account=command.account,
        grant=command.grant,
    )
    return Decision([granted, known])


def check_form(command: GrantCredit) -> None:
    """Refuse fields that do not go together."""
    if command.expires is not None and command.expires < command.starts_on:
        raise BadValue(field="expires", why="The last usable day is before the first one.")
    if (command.amount is None) == (command.units is None):
        raise BadValue(field="amount", why="A grant is either of an amount or of units.")
    if (command.units is None) != (command.meter is None):
        raise BadValue(field="meter", why="Units are of a meter, and only units are.")
    size = command.amount or command.units
    if command.top_up is not None and size is not None and command.top_up.below > size:
        raise BadValue(
            field="top_up.below", why="More than the whole grant is never left; lower the amount."
        )
    if command.kind == "promotional":
        _refuse_price(command)
    elif command.units is not None and command.price is None:
        raise MissingField(field="price", name="price")


def _refuse_price(command: GrantCredit) -> None:
    for name in ("price", "expected_breakage", "tax", "top_up"):
        if getattr(command, name) is not None:
            raise BadValue(
                field=name, why="Promotional credit is not paid for; only prepaid grants have this."
            )


def _costs_itself(command: GrantCredit) -> bool:
    return command.kind == "prepaid" and command.price is None


def _check_money(command: GrantCredit, currency: str) -> None:
    """Credit and its price are money of a document: whole minor units."""
    for name in ("amount", "price"):
        value = getattr(command, name)
        if value is not None and round_money(value, currency) != value:
            raise BadValue(field=name, why=f"{value} is more exact than {currency} can be.")


def _check_meter(command: GrantCredit, context: Context) -> None:
    """Units are taken off a quantity, so the meter has to add up."""
    if command.meter is not None:
        meter = context.meter(command.meter)
        if meter.aggregation not in ADDITIVE:
            raise BadValue(
                field="meter",
                why=f"The meter {command.meter} does not add up ({meter.aggregation}); grant an "
                "amount of money.",
            )


def _check_exchange(command: GrantCredit, account: Account, context: Context) -> None:
    """What is bought is carried at the rate of its first day, so there has to be one."""
    entity = context.entity(account.opened.entity)
    if command.kind == "prepaid" and account.opened.currency != entity.currency:
        context.exchange_on(
            account.opened.currency, entity.currency, command.starts_on, field="from"
        )


def _check_tax(command: GrantCredit, account: Account, context: Context) -> None:
    if command.tax is None:
        return
    if any(rate.category == "AE" for rate in context.tax_rates(command.tax)):
        entity = context.entity(account.opened.entity)
        need_both(account.opened.has_vat_id, entity.vat_id is not None, "tax")
