"""start_subscription: an account takes a plan, perhaps at negotiated prices."""

from typing import Annotated

from pydantic import Field

from ledger.catalog.overrides import parse_overrides
from ledger.catalog.records import PlanVersion
from ledger.commands.catalog.overlap import Neighbours
from ledger.commands.catalog.plan_items import Override, plain
from ledger.commands.customers.agreements import check_quantity, check_taxes, live_version
from ledger.commands.engine.aggregates import Account
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, StartsOn
from ledger.commands.form.types import Day, Id, Number
from ledger.credits.purchase import PREFIX
from ledger.errors import AlreadyExists, BadValue
from ledger.events.catalog import AccountSubscribed
from ledger.events.streams import stream
from ledger.events.subscriptions import SubscriptionStarted
from ledger.rating.timeline import Agreement


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
    if command.subscription.startswith(PREFIX):
        raise BadValue(
            field="subscription", why=f"Charges of grants are called {PREFIX}…; use another id."
        )
    _check_trial(command)
    neighbours = Neighbours(context, command.account)
    account = neighbours.account
    versions = neighbours.versions_of(command.plan)
    live = live_version(command.plan, versions, command.starts_on, account)
    check_quantity(command.quantity, live)
    overrides = _overrides(command, live, context)
    check_taxes(live, account, context)
    started = _started(command, account, live, overrides, context)
    neighbours.refuse_overlap(Agreement(started))
    joined = AccountSubscribed(
        originator_id=account.id,
        originator_version=account.version + 1,
        timestamp=started.timestamp,
        causes=(started.cause,),
        account=command.account,
        subscription=command.subscription,
        plan=command.plan,
    )
    return Decision([started, joined], guards=neighbours.guards())


def _check_trial(command: StartSubscription) -> None:
    if command.trial_until is not None and command.trial_until <= command.starts_on:
        raise BadValue(field="trial_until", why="A trial ends after the subscription starts.")


def _overrides(
    command: StartSubscription, live: PlanVersion, context: Context
) -> tuple[dict[str, object], ...]:
    """Check the negotiated prices against the items and meters of the plan."""
    raw = tuple(plain(override) for override in command.overrides)
    if raw:
        meters = {item.meter: context.meter(item.meter) for item in live.usage_items}
        parse_overrides(raw, live.items, meters)
    return raw


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
        quantity=command.quantity,
        overrides=overrides,
        trial_until=command.trial_until,
    )
