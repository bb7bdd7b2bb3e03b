"""What accounts are entitled to on a day: rows of contracts, read as the rules take them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.catalog.plans import parse_items
from ledger.catalog.records import PlanVersion
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionStarted,
)
from ledger.metering import LEVEL
from ledger.periods import DAY, instant, local_day
from ledger.rating.entitlements import Entitled, Standing, entitled, quantity_of
from ledger.rating.timeline import Agreement
from ledger.reads.subscriptions import Contract
from ledger.reads.usage import Used, UsedWindow, used, used_keys, used_level
from ledger.store.database import Query

_WAYS: dict[str, Callable[[Sequence[UsedWindow]], Query[Used]]] = {
    "unique_count": used_keys,
    LEVEL: used_level,
}


@dataclass(frozen=True)
class Asked:
    """An entitlement whose usage is asked for, and the window to measure."""

    entitled: Entitled
    entity: str
    window: UsedWindow


def asked(rows: Iterable[Contract], at: datetime, meter: str | None = None) -> list[Asked]:
    """Return what is to be measured: every entitlement in the period that holds a moment.

    A level has no future: it is measured up to the moment itself.
    """
    found: list[Asked] = []
    for row in rows:
        for each in _entitled(row, local_day(at, row.time_zone)):
            if meter in (None, each.item.meter):
                found.append(_asked(row, each, at, len(found)))
    return found


def recent(row: Contract, day: date, at: datetime) -> list[Asked]:
    """Return the entitlements of a subscription in the periods up to a day: that one, and before.

    Of a subscription that has ended, those of its last day.
    """
    day = day if row.ends_on is None else min(day, row.ends_on - DAY)
    found = {_key(each): each for each in _entitled(row, day)}
    for now in list(found.values()):
        before = now.period.start - DAY
        if before >= row.starts_on:
            found |= {_key(each): each for each in _entitled(row, before)}
    return [_asked(row, each, at, number) for number, each in enumerate(found.values())]


def numbered(every: Iterable[Asked]) -> list[Asked]:
    """Return what is asked with windows numbered through."""
    return [
        replace(each, window=replace(each.window, number=number))
        for number, each in enumerate(every)
    ]


def measures(every: Sequence[Asked]) -> list[Query[Used]]:
    """Return the reads that measure what is asked: one for each way of counting."""
    windows: dict[str, list[UsedWindow]] = {}
    for each in every:
        way = each.window.aggregation
        windows.setdefault(way if way in _WAYS else "", []).append(each.window)
    return [_WAYS.get(way, used)(found) for way, found in windows.items()]


def standings(every: Iterable[Asked], measured: Iterable[Used]) -> Iterator[Standing]:
    """Yield how each entitlement stands, given what was measured of its window."""
    quantities = {one.number: one.quantity for one in measured}
    for each in every:
        window = each.window
        used = quantity_of(each.entitled, window.aggregation, quantities[window.number])
        yield Standing(each.entitled, used)


def agreement(row: Contract) -> Agreement:
    """Return what was agreed of a subscription, as the facts behind its row say."""
    ended = None
    if row.ends_on is not None:
        ended = SubscriptionEnded(
            **_envelope(row, row.end_version or 0, row.ends_on),
            ends_on=row.ends_on,
            credit_unused=bool(row.credit_unused),
        )
    started = SubscriptionStarted(
        **_envelope(row, 1, row.starts_on),
        entity=row.entity,
        plan=row.plan,
        starts_on=row.starts_on,
        anchor=row.anchor,
        quantity=_decimals(row.quantity),
        overrides=tuple(row.overrides),
        trial_until=row.trial_until,
    )
    return Agreement(started, tuple(_changed(row, change) for change in row.changes), ended)


def _key(each: Entitled) -> tuple[str, date]:
    return each.item.item, each.period.start


def _entitled(row: Contract, day: date) -> tuple[Entitled, ...]:
    if not row.versions:
        return ()
    versions: dict[str, list[PlanVersion]] = {}
    for raw in row.versions:
        versions.setdefault(raw["plan"], []).append(_version(raw))
    return entitled(agreement(row), lambda plan: versions.get(plan, []), day, row.time_zone)


def _version(raw: dict[str, Any]) -> PlanVersion:
    """Return a version of a plan with its entitlements alone."""
    return PlanVersion(
        plan=raw["plan"],
        version=raw["version"],
        currency=raw["currency"],
        starts_on=date.fromisoformat(raw["starts_on"]),
        applies_to=raw["applies_to"],
        tax_inclusive=False,
        items=parse_items(raw["items"]) if raw["items"] else (),
        cause=Cause(UUID(raw["stream"]), raw["version"]),
    )


def _asked(row: Contract, each: Entitled, at: datetime, number: int) -> Asked:
    aggregation = row.aggregations[each.item.meter]
    until = each.window_to
    if aggregation == LEVEL:
        until = max(each.window_from, min(until, at))
    window = UsedWindow(
        number=number,
        lane=row.lane,
        account=row.account,
        meter=each.item.meter,
        subscription=row.subscription,
        aggregation=aggregation,
        window_from=each.window_from,
        window_to=until,
    )
    return Asked(each, row.entity, window)


def _changed(row: Contract, raw: dict[str, Any]) -> SubscriptionChanged:
    starts_on = date.fromisoformat(raw["starts_on"])
    return SubscriptionChanged(
        **_envelope(row, raw["version"], starts_on),
        starts_on=starts_on,
        plan=raw["plan"],
        quantity=_decimals(raw["quantity"]),
    )


def _envelope(row: Contract, version: int, day: date) -> dict[str, Any]:
    return {
        "originator_id": stream("subscription", row.subscription),
        "originator_version": version,
        "timestamp": instant(day, row.time_zone),
        "subscription": row.subscription,
        "account": row.account,
    }


def _decimals(quantity: dict[str, str]) -> dict[str, Decimal]:
    return {item: Decimal(number) for item, number in quantity.items()}
