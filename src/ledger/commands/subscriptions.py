"""start_subscription: an account takes a plan, perhaps at negotiated prices."""

from typing import Annotated

from pydantic import Field

from ledger.catalog.overrides import parse_overrides
from ledger.catalog.plans import parse_plan
from ledger.catalog.records import PlanVersion
from ledger.catalog.versions import version_on
from ledger.commands.aggregates import Account
from ledger.commands.command import Command, StartsOn
from ledger.commands.context import Context
from ledger.commands.decision import Decision
from ledger.commands.overlap import Versions, plans_of, refuse_overlap, started_by
from ledger.commands.plan_items import Override, plain
from ledger.commands.types import Day, Id, Number
from ledger.commands.vat import need_both
from ledger.errors import AlreadyExists, BadValue, CurrencyMismatch, PlanNotLive
from ledger.events.catalog import AccountSubscribed
from ledger.events.streams import stream
from ledger.events.subscriptions import SubscriptionStarted


class StartSubscription(Command):
    """Start a subscription of an account to a plan from a day on."""

    NAME = "start_subscription"

    subscription: Id
    account: Id
    plan: Id
    starts_on: StartsOn
    quantity: dict[Id, Number] = Field(default_factory=dict)
    anchor: Annotated[int, Field(ge=1, le=31)] | None = None
    trial_until: Day | None = None
    overrides: list[Override] = Field(default_factory=list)


def start_subscription(command: StartSubscription, context: Context) -> Decision:
    """Decide a new subscription; it stands in its own stream and in the account's."""
    if context.find_subscription(command.subscription) is not None:
        raise AlreadyExists(field="subscription", kind="subscription", id=command.subscription)
    _check_form(command)
    account = context.account(command.account)
    versions = [parse_plan(fact) for fact in context.plan(command.plan)]
    live = _live(command, versions, account)
    overrides = _overrides(command, live, context)
    _check_taxes(live, account, context)
    started = _started(command, account, live, overrides, context)
    plans: dict[str, Versions] = {command.plan: versions}
    refuse_overlap(started, started_by(account, context), plans_of(context, plans))
    joined = AccountSubscribed(
        originator_id=account.id,
        originator_version=account.version + 1,
        timestamp=started.timestamp,
        causes=(started.cause,),
        account=command.account,
        subscription=command.subscription,
        plan=command.plan,
    )
    return Decision([started, joined], guards=[stream("plan", plan) for plan in plans])


def _check_form(command: StartSubscription) -> None:
    if command.trial_until is not None and command.trial_until <= command.starts_on:
        raise BadValue(field="trial_until", why="A trial ends after the subscription starts.")
    for item in command.quantity:
        raise BadValue(
            field=f"quantity.{item}", why=f"The item {item} takes no quantity; leave it out."
        )


def _live(command: StartSubscription, versions: list[PlanVersion], account: Account) -> PlanVersion:
    """Return the version of the plan that holds on the first day, in the account's currency."""
    live = version_on(versions, command.starts_on, command.starts_on)
    if live is None:
        raise PlanNotLive(field="from", plan=command.plan, on=command.starts_on)
    if live.currency != account.opened.currency:
        raise CurrencyMismatch(
            field="plan",
            currency=live.currency,
            owner=f"the account {command.account}",
            expected=account.opened.currency,
        )
    return live


def _overrides(
    command: StartSubscription, live: PlanVersion, context: Context
) -> tuple[dict[str, object], ...]:
    """Check the negotiated prices against the items and meters of the plan."""
    raw = tuple(plain(override) for override in command.overrides)
    if raw:
        meters = {item.meter: context.meter(item.meter) for item in live.usage_items}
        parse_overrides(raw, live.items, meters)
    return raw


def _check_taxes(live: PlanVersion, account: Account, context: Context) -> None:
    """An item under reverse charge needs the VAT ids of both parties."""
    for code in sorted({item.tax for item in live.items if item.tax is not None}):
        if any(rate.category == "AE" for rate in context.tax_rates(code)):
            entity = context.entity(account.opened.entity)
            need_both(account.opened.has_vat_id, entity.vat_id is not None, "plan")


def _started(
    command: StartSubscription,
    account: Account,
    live: PlanVersion,
    overrides: tuple[dict[str, object], ...],
    context: Context,
) -> SubscriptionStarted:
    return SubscriptionStarted(
        originator_id=stream("subscription", command.subscription),
        originator_version=1,
        timestamp=context.dated(command, account.opened.time_zone),
        causes=(account.cause, live.cause),
        subscription=command.subscription,
        account=command.account,
        entity=account.opened.entity,
        plan=command.plan,
        starts_on=command.starts_on,
        anchor=command.anchor or command.starts_on.day,
        quantity={},
        overrides=overrides,
        trial_until=command.trial_until,
    )
