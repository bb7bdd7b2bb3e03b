"""add_discount: charges of an account, or of one of its subscriptions, cost less for a while."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from ledger.commands.engine.aggregates import Account
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, StartsOn
from ledger.commands.form.types import Amount, Day, Id, Percent, bad_value
from ledger.errors import AlreadyExists, BadValue, MissingField
from ledger.events.catalog import AccountDiscounted
from ledger.events.credit import DiscountAdded
from ledger.events.streams import stream
from ledger.events.subscriptions import SubscriptionChanged, SubscriptionStarted
from ledger.money import round_money


def _some(value: Decimal) -> Decimal:
    if not value:
        raise bad_value("A discount of 0 per cent changes nothing.")
    return value


class AddDiscount(Command):
    """Add a discount: per cent of each charge, or an amount once per billing day."""

    NAME = "add_discount"

    discount: Id
    account: Id | None = None
    subscription: Id | None = None
    percent: Annotated[Percent, AfterValidator(_some)] | None = None
    amount: Amount | None = None
    starts_on: StartsOn
    until: Day | None = None
    items: list[Id] = Field(default_factory=list)


def add_discount(command: AddDiscount, context: Context) -> Decision:
    """Decide a discount; its items have to be in a plan of what it reaches."""
    where = stream("discount", command.discount)
    if context.history(where):
        raise AlreadyExists(field="discount", kind="discount", id=command.discount)
    _check_form(command)
    account = _account(command, context)
    _check_items(command, account, context)
    currency = account.opened.currency
    if command.amount is not None and round_money(command.amount, currency) != command.amount:
        raise BadValue(
            field="amount", why=f"{command.amount} is more exact than {currency} can be."
        )
    added = DiscountAdded(
        originator_id=where,
        originator_version=1,
        timestamp=context.dated(command, account.opened.time_zone),
        causes=(account.cause,),
        discount=command.discount,
        account=account.opened.account,
        starts_on=command.starts_on,
        subscription=command.subscription,
        percent=command.percent,
        amount=command.amount,
        until=command.until,
        items=tuple(dict.fromkeys(command.items)),
    )
    known = AccountDiscounted(
        originator_id=account.id,
        originator_version=account.version + 1,
        timestamp=added.timestamp,
        causes=(added.cause,),
        account=account.opened.account,
        discount=command.discount,
    )
    return Decision([added, known])


def _check_form(command: AddDiscount) -> None:
    if (command.percent is None) == (command.amount is None):
        raise BadValue(field="percent", why="A discount is either a percentage or an amount.")
    if command.until is not None and command.until <= command.starts_on:
        raise BadValue(
            field="until", why="The first day without the discount is after its first day."
        )


def _account(command: AddDiscount, context: Context) -> Account:
    """Return whose charges it lowers; a subscription says it as well."""
    if command.subscription is None:
        if command.account is None:
            raise MissingField(field="account", name="account")
        return context.account(command.account)
    owner = context.subscription(command.subscription).started.account
    if command.account is not None and command.account != owner:
        raise BadValue(
            field="subscription",
            why=f"The subscription {command.subscription} belongs to the account {owner}.",
        )
    return context.account(owner)


def _check_items(command: AddDiscount, account: Account, context: Context) -> None:
    """A misspelt item would be a discount that nobody gets."""
    if not command.items:
        return
    scope = [command.subscription] if command.subscription else account.subscriptions
    known = {item for name in scope for item in _items(name, context)}
    for number, item in enumerate(command.items):
        if item not in known:
            raise BadValue(
                field=f"items.{number}",
                why=f"No plan of what the discount reaches has an item {item}; check its name.",
            )


def _items(subscription: str, context: Context) -> set[str]:
    """Return the items of every plan that a subscription has had."""
    facts = context.history(stream("subscription", subscription))
    plans = {
        fact.plan
        for fact in facts
        if isinstance(fact, SubscriptionStarted | SubscriptionChanged) and fact.plan is not None
    }
    return {
        item["item"] for plan in plans for version in context.plan(plan) for item in version.items
    }
