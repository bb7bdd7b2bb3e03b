"""publish_plan: a version of a plan, checked against meters, tax codes and live subscriptions.

Publishing with a ``from`` that a version has already replaces that version: the later publication
holds, and the next rating prices anew what it touches.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from ledger.catalog.plans import parse_items, parse_plan
from ledger.catalog.records import Item
from ledger.commands.catalog import plan_items
from ledger.commands.catalog.overlap import Neighbours, subscribers
from ledger.commands.catalog.plan_items import plain
from ledger.commands.engine.context import CHART_STREAM, Context
from ledger.commands.engine.decision import Decision
from ledger.commands.form.command import Command, StartsOn
from ledger.commands.form.types import Currency, Id
from ledger.errors import AccountBlocked, BadValue, CurrencyMismatch
from ledger.events.catalog import MeterDefined, PlanPublished
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.posting.accounts import Chart
from ledger.posting.chart import NO_REVENUE, ChartClass
from ledger.store.append import Guard, SubscribersGuard

METERED = plan_items.Usage | plan_items.Entitlement


def _applies_to(value: Any) -> Any:
    return "new_subscriptions" if value in ("new", "new subscriptions") else value


class PublishPlan(Command):
    """Publish a version of a plan: its items and prices from a day on."""

    NAME = "publish_plan"

    plan: Id
    currency: Currency
    starts_on: StartsOn
    items: list[plan_items.Item]
    tax_inclusive: bool = False
    applies_to: Annotated[Literal["all", "new_subscriptions"], BeforeValidator(_applies_to)] = "all"


def publish_plan(command: PublishPlan, context: Context) -> Decision:
    """Decide the next version of a plan."""
    where = stream("plan", command.plan)
    before = [fact for fact in context.history(where) if isinstance(fact, PlanPublished)]
    _keep_currency(command, before)
    meters = _meters(command, context)
    raw = tuple(plain(item) for item in command.items)
    items = parse_items(raw, meters)
    _check_revenue_accounts(items, command.starts_on, context.chart())
    fact = PlanPublished(
        originator_id=where,
        originator_version=len(before) + 1,
        timestamp=context.dated(command),
        causes=(*(meter.cause for meter in meters.values()), *_taxes(items, context)),
        plan=command.plan,
        currency=command.currency,
        starts_on=command.starts_on,
        items=raw,
        tax_inclusive=command.tax_inclusive,
        applies_to=command.applies_to,
    )
    guards = [CHART_STREAM, *_check_subscribers(before, fact, context)]
    return Decision([fact], guards=guards)


def _check_subscribers(
    before: list[PlanPublished], fact: PlanPublished, context: Context
) -> list[Guard]:
    """Refuse a version that prices a meter which another live subscription prices already.

    It can only do so by a meter that some earlier version lacks. Then nobody may subscribe between
    the look and the append.
    """
    versions = [parse_plan(version) for version in (*before, fact)]
    meters = [{item.meter for item in version.usage_items} for version in versions]
    if all(meters[-1] <= earlier for earlier in meters[:-1]):
        return []
    guards: list[Guard] = [SubscribersGuard(fact.plan)]
    for account in subscribers(context, fact.plan):
        neighbours = Neighbours(context, account, {fact.plan: versions})
        neighbours.refuse_any_overlap()
        guards += [guard for guard in neighbours.guards() if guard != fact.originator_id]
    return guards


def _keep_currency(command: PublishPlan, before: list[PlanPublished]) -> None:
    """A plan keeps its currency, because its subscriptions do."""
    if before and before[0].currency != command.currency:
        raise CurrencyMismatch(
            field="currency",
            currency=command.currency,
            owner=f"the plan {command.plan}",
            expected=before[0].currency,
        )


def _meters(command: PublishPlan, context: Context) -> dict[str, MeterDefined]:
    meters: dict[str, MeterDefined] = {}
    for index, item in enumerate(command.items):
        if isinstance(item, METERED) and item.meter not in meters:
            meters[item.meter] = context.meter(item.meter, f"items.{index}.meter")
    return meters


def _taxes(items: tuple[Item, ...], context: Context) -> list[Cause]:
    codes: dict[str, str] = {}
    for index, item in enumerate(items):
        if item.tax is not None:
            codes.setdefault(item.tax, f"items.{index}.tax")
    return [context.tax_rates(code, field)[-1].cause for code, field in codes.items()]


def _check_revenue_accounts(items: tuple[Item, ...], starts_on: date, chart: Chart) -> None:
    """Refuse what is no revenue on the plan's first day; what is blocked later goes on there."""
    for index, item in enumerate(items):
        field = f"items.{index}.revenue_account"
        account = chart.account(item.revenue_account, starts_on, field)
        if account.chart_class is not ChartClass.INCOME or account.code in NO_REVENUE:
            raise BadValue(field=field, why=f"{account.code} is no revenue account; use one.")
        if account.blocked:
            raise AccountBlocked(field=field, account=account.code, on=starts_on)
