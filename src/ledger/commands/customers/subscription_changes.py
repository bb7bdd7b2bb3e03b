"""change_subscription and end_subscription: what happens to a subscription after its start.

Both may be dated backwards; the next rating charges anew what they touch. An end may be moved by
another end: the last one that was recorded holds (docs/decisions/0066).
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from pydantic import Field

from ledger.commands.catalog.overlap import Neighbours
from ledger.commands.customers.agreements import check_quantity, check_taxes, live_version
from ledger.commands.engine.aggregates import Subscription
from ledger.commands.engine.context import Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, StartsOn
from ledger.commands.form.types import Id, Number
from ledger.errors import BadValue, NothingChanged
from ledger.events.fact import Cause
from ledger.events.subscriptions import SubscriptionChanged, SubscriptionEnded
from ledger.money import ONE
from ledger.rating.timeline import Agreed, Agreement, agreed_on


class ChangeSubscription(Command):
    """Give a subscription another plan or other quantities from a day on."""

    NAME = "change_subscription"

    subscription: Id
    starts_on: StartsOn
    plan: Id | None = None
    quantity: dict[Id, Number] = Field(default_factory=dict)


class EndSubscription(Command):
    """End a subscription: ``on`` is its first day without service."""

    NAME = "end_subscription"

    subscription: Id
    credit_unused: bool = False


def change_subscription(command: ChangeSubscription, context: Context) -> Decision:
    """Decide a change; it stands in the stream of the subscription."""
    found = context.subscription(command.subscription)
    before = found.agreement
    _check_day(command.starts_on, before)
    changed = _changed(command, found, context)
    now = replace(before, changes=(*before.changes, changed))
    if _same(agreed_on(before, command.starts_on), agreed_on(now, command.starts_on)):
        raise NothingChanged(field="plan" if command.plan else "quantity")
    neighbours = Neighbours(context, before.started.account)
    plan = agreed_on(now, command.starts_on).plan
    versions = neighbours.versions_of(plan)
    if command.plan is not None:
        live = live_version(plan, versions, command.starts_on, neighbours.account)
        check_taxes(live, neighbours.account, context)
        changed = replace(changed, causes=(*changed.causes, live.cause))
    _check_quantity(command, now, neighbours)
    neighbours.refuse_overlap(now)
    return Decision([changed], guards=neighbours.guards())


def end_subscription(command: EndSubscription, context: Context) -> Decision:
    """Decide an end, or another one instead of it."""
    found = context.subscription(command.subscription)
    before = found.agreement
    neighbours = Neighbours(context, before.started.account)
    zone = neighbours.account.opened.time_zone
    day = context.day(command, zone)
    if day < before.started.starts_on:
        why = f"The subscription starts on {before.started.starts_on}; it cannot end before that."
        raise BadValue(field="on", why=why)
    last = before.ended
    if last and (last.ends_on, last.credit_unused) == (day, command.credit_unused):
        raise NothingChanged(field="on")
    ended = SubscriptionEnded(
        originator_id=found.id,
        originator_version=found.version + 1,
        timestamp=context.dated(command, zone),
        causes=(_last_fact(found),),
        subscription=command.subscription,
        account=before.started.account,
        ends_on=day,
        credit_unused=command.credit_unused,
    )
    neighbours.refuse_overlap(replace(before, ended=ended), field="on")
    return Decision([ended], guards=neighbours.guards())


def _changed(
    command: ChangeSubscription, found: Subscription, context: Context
) -> SubscriptionChanged:
    account = found.started.account
    zone = context.account(account).opened.time_zone
    return SubscriptionChanged(
        originator_id=found.id,
        originator_version=found.version + 1,
        timestamp=context.dated(command, zone),
        causes=(_last_fact(found),),
        subscription=command.subscription,
        account=account,
        starts_on=command.starts_on,
        plan=command.plan,
        quantity=command.quantity,
    )


def _check_day(day: date, agreement: Agreement) -> None:
    started = agreement.started.starts_on
    if day < started:
        why = f"The subscription starts on {started}; a change holds from that day on or later."
        raise BadValue(field="from", why=why)
    if day >= agreement.ends_on:
        why = f"The subscription ends on {agreement.ends_on}; move its end first."
        raise BadValue(field="from", why=why)


def _check_quantity(command: ChangeSubscription, now: Agreement, neighbours: Neighbours) -> None:
    """Check the quantities against the version that the subscription has on that day."""
    if command.quantity:
        live = neighbours.version_on(agreed_on(now, command.starts_on), command.starts_on)
        check_quantity(command.quantity, live)


def _same(before: Agreed, after: Agreed) -> bool:
    """Say whether the same plan and as many of each item are agreed."""
    names = {*before.quantity, *after.quantity}
    return before.plan == after.plan and all(
        _how_many(before, name) == _how_many(after, name) for name in names
    )


def _how_many(agreed: Agreed, name: str) -> Decimal:
    return agreed.quantity.get(name, ONE)


def _last_fact(found: Subscription) -> Cause:
    return Cause(found.id, found.version)
