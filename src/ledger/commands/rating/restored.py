"""The facts behind rows: what a run compares with is read in sets, and judged as facts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.events.billing import Unpriced, UsageRated, UsageSet
from ledger.events.charges import Adjustment, ItemCharged
from ledger.events.exchange import Exchange
from ledger.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionStarted,
)
from ledger.periods import instant
from ledger.rating.timeline import Agreement
from ledger.reads.charges import Charge
from ledger.reads.subscriptions import LiveSubscription


def agreement_of(row: LiveSubscription) -> Agreement:
    """Return all that was agreed of a subscription."""
    at = instant(row.starts_on, row.time_zone)
    started = SubscriptionStarted(
        originator_id=row.stream,
        originator_version=row.version,
        timestamp=at,
        subscription=row.subscription,
        account=row.account,
        entity=row.entity,
        plan=row.plan,
        starts_on=row.starts_on,
        anchor=row.anchor,
        quantity=_decimals(row.quantity),
        overrides=tuple(row.overrides),
        trial_until=row.trial_until,
    )
    changes = tuple(_changed(row, each) for each in row.changes)
    if row.ends_on is None or row.end_version is None:
        return Agreement(started, changes)
    ended = SubscriptionEnded(
        originator_id=row.stream,
        originator_version=row.end_version,
        timestamp=at,
        subscription=row.subscription,
        account=row.account,
        ends_on=row.ends_on,
        credit_unused=bool(row.credit_unused),
    )
    return Agreement(started, changes, ended)


def usage_rated(row: Charge) -> UsageRated:
    """Return a charge of usage, without its tiers, which no later charge looks at."""
    assert row.window_from is not None, row
    assert row.window_to is not None, row
    untaken = Unpriced(row.untaken_count, row.untaken_quantity) if row.untaken_count else None
    return UsageRated(
        originator_id=row.stream,
        originator_version=row.version,
        timestamp=row.occurred_at,
        charge=row.charge,
        entity=row.entity,
        account=row.account,
        subscription=row.subscription,
        item=row.item,
        meter=row.meter,
        plan=row.plan,
        plan_version=row.plan_version,
        currency=row.currency,
        period_from=row.period_from,
        period_to=row.period_to,
        rated_to=row.rated_to,
        window_from=row.window_from,
        window_to=row.window_to,
        quantity=row.quantity,
        amount=row.amount,
        delta=row.delta,
        accrued=row.accrued,
        posted=row.posted,
        posted_on=row.posted_on,
        usage=UsageSet(
            row.usage_lane,
            row.to_position,
            row.usage_count,
            row.usage_facts,
            row.usage_digest,
            row.usage_carried,
            row.usage_over,
        ),
        corrects=row.corrects,
        tax_code=row.tax_code,
        tax_inclusive=row.tax_inclusive,
        revenue_account=row.revenue_account,
        filter=row.filter,
        group=row.group_values,
        untaken=untaken,
        due=row.due,
        adjustments=adjustments_of(row),
        netted=row.netted,
    )


def item_charged(row: Charge) -> ItemCharged:
    """Return a charge of an item without usage."""
    return ItemCharged(
        originator_id=row.stream,
        originator_version=row.version,
        timestamp=row.occurred_at,
        charge=row.charge,
        entity=row.entity,
        account=row.account,
        subscription=row.subscription,
        item=row.item,
        kind=row.kind,
        currency=row.currency,
        period_from=row.period_from,
        period_to=row.period_to,
        rated_to=row.rated_to,
        quantity=row.quantity,
        amount=row.amount,
        delta=row.delta,
        due=row.due,
        accrued=row.accrued,
        posted=row.posted,
        posted_on=row.posted_on,
        clears=row.clears,
        revenue_account=row.revenue_account,
        plan=row.plan or None,
        plan_version=row.plan_version or None,
        unit=row.unit,
        adjustments=adjustments_of(row),
        corrects=row.corrects,
        tax_code=row.tax_code,
        tax_inclusive=row.tax_inclusive,
        netted=row.netted,
    )


def adjustments_of(row: Charge) -> tuple[Adjustment, ...]:
    """Return what discounts and grants take off a charge."""
    return tuple(
        Adjustment(
            kind=each["kind"],
            id=each["id"],
            amount=Decimal(each["amount"]),
            net=Decimal(each["net"]),
            posted=Decimal(each["posted"]),
            units=None if each.get("units") is None else Decimal(each["units"]),
            worth=None if each.get("worth") is None else Decimal(each["worth"]),
        )
        for each in row.adjustments
    )


def exchange_stated(stated: Mapping[str, Any] | None) -> Exchange | None:
    """Return the exchange that a row says."""
    if stated is None:
        return None
    return Exchange(
        currency=stated["currency"],
        rate=Decimal(stated["rate"]),
        on=date.fromisoformat(stated["on"]),
        source=stated["source"],
        inverted=stated["inverted"],
    )


def _changed(row: LiveSubscription, change: dict[str, Any]) -> SubscriptionChanged:
    return SubscriptionChanged(
        originator_id=row.stream,
        originator_version=change["version"],
        timestamp=instant(row.starts_on, row.time_zone),
        subscription=row.subscription,
        account=row.account,
        starts_on=type(row.starts_on).fromisoformat(change["starts_on"]),
        plan=change["plan"],
        quantity=_decimals(change["quantity"]),
    )


def _decimals(quantity: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(number) for name, number in quantity.items()}
