"""Reads of reference data: entities, accounts, meters, plans, tax rates, subscriptions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class Entity:
    """A legal entity; ``stream`` and ``version`` name the fact behind every row of this module."""

    entity: str
    name: str
    currency: str
    country: str
    time_zone: str
    first_period: str
    rounding: str
    vat_id: str | None
    address: str | None
    policies: dict[str, Any]
    stream: UUID
    version: int
    position: int


@dataclass(frozen=True)
class Account:
    """A customer account; ``payer`` is who gets its invoices."""

    account: str
    entity: str
    currency: str
    lane: int
    payer: str
    parent: str | None
    tax: str | None
    country: str | None
    time_zone: str
    payment_terms_days: int
    has_vat_id: bool
    person: str
    opened_at: datetime
    stream: UUID
    version: int
    position: int


@dataclass(frozen=True)
class Meter:
    """How usage events become a quantity."""

    meter: str
    aggregation: str
    value: str
    unit: str | None
    dimensions: list[str]
    stream: UUID
    version: int
    position: int


@dataclass(frozen=True)
class Plan:
    """One published version of a plan; ``items`` as published."""

    plan: str
    version: int
    currency: str
    starts_on: date
    items: list[dict[str, Any]]
    tax_inclusive: bool
    applies_to: str
    stream: UUID
    position: int


@dataclass(frozen=True)
class TaxRate:
    """One version of a tax rate; ``rate`` is per cent."""

    code: str
    version: int
    rate: Decimal
    starts_on: date
    category: str
    exemption_reason: str | None
    stream: UUID
    position: int


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """An account's plan from a day on, as it started, with its changes as recorded and its end.

    A change has ``version``, ``starts_on``, ``plan`` (or null) and ``quantity``. ``position`` is
    that of the subscription's last fact.
    """

    subscription: str
    account: str
    entity: str
    plan: str
    starts_on: date
    anchor: int
    quantity: dict[str, str]
    overrides: list[dict[str, Any]]
    trial_until: date | None
    ends_on: date | None
    credit_unused: bool | None
    end_version: int | None
    stream: UUID
    version: int
    position: int
    changes: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Subscription(Agreed):
    """A subscription with what holds of it today; ``state`` is pending, trialing, active, ended."""

    current_plan: str
    current_quantity: dict[str, str]
    state: str


@dataclass(frozen=True, kw_only=True)
class LiveSubscription(Agreed):
    """A subscription with what rating needs of its account."""

    lane: int
    currency: str
    time_zone: str
    tax: str | None
    payer: str


@dataclass(frozen=True, kw_only=True)
class Contract(Agreed):
    """A subscription with what says what it includes.

    ``versions`` are those of all its plans, with entitlement items alone; ``aggregations`` are by
    meter.
    """

    lane: int
    time_zone: str
    versions: list[dict[str, Any]]
    aggregations: dict[str, str]


@dataclass(frozen=True)
class Subscriber:
    """An account that has a plan."""

    account: str


def entities(entity: str | None = None, *, on: date | None = None) -> Query[Entity]:
    """Every legal entity, or one, as it is on a day, by default today."""
    return query("subscriptions", "entities", Entity, entity=entity, on=on)


def accounts(
    accounts: Collection[str] | None = None,
    *,
    entity: str | None = None,
    payer: str | None = None,
    after: str = "",
    limit: int = 1_000,
    on: date | None = None,
) -> Query[Account]:
    """A page of accounts as they are on a day: the ones named, or of an entity, or below a payer.

    The day is by default today.
    """
    named = None if accounts is None else list(accounts)
    limit = limit if named is None else max(limit, len(named))
    return query(
        "subscriptions",
        "accounts",
        Account,
        accounts=named,
        entity=entity,
        payer=payer,
        after=after,
        limit=limit,
        on=on,
    )


def meters(meters: Collection[str] | None = None) -> Query[Meter]:
    """Every meter, or the ones named."""
    return query("subscriptions", "meters", Meter, meters=None if meters is None else list(meters))


def plans(plans: Collection[str] | None = None) -> Query[Plan]:
    """Every version of every plan, or of the ones named, in the order of publishing."""
    return query("subscriptions", "plans", Plan, plans=None if plans is None else list(plans))


def tax_rates(codes: Collection[str] | None = None) -> Query[TaxRate]:
    """Every version of every tax rate, or of the codes named, in the order of setting."""
    return query(
        "subscriptions", "tax_rates", TaxRate, codes=None if codes is None else list(codes)
    )


def subscriptions(
    accounts: Collection[str] | None = None,
    *,
    subscriptions: Collection[str] | None = None,
    entity: str | None = None,
    after: tuple[str, str] = ("", ""),
    limit: int = 1_000,
) -> Query[Subscription]:
    """A page of subscriptions after an (account, subscription)."""
    return query(
        "subscriptions",
        "subscriptions",
        Subscription,
        accounts=None if accounts is None else list(accounts),
        subscriptions=None if subscriptions is None else list(subscriptions),
        entity=entity,
        after_account=after[0],
        after=after[1],
        limit=limit,
    )


def contracts(
    accounts: Collection[str] | None = None,
    *,
    entity: str | None = None,
    after: tuple[str, str] = ("", ""),
    limit: int = 1_000,
) -> Query[Contract]:
    """A page of the subscriptions whose plans include anything."""
    return query(
        "subscriptions",
        "contracts",
        Contract,
        accounts=None if accounts is None else list(accounts),
        entity=entity,
        after_account=after[0],
        after=after[1],
        limit=limit,
    )


def subscribers(plan: str) -> Query[Subscriber]:
    """The accounts that have a plan, had it, or will."""
    return query("subscriptions", "subscribers", Subscriber, plan=plan)


def live_subscriptions(through: date, accounts: Collection[str]) -> Query[LiveSubscription]:
    """The subscriptions of these accounts begun by a day."""
    return query(
        "subscriptions",
        "live_subscriptions",
        LiveSubscription,
        through=through,
        accounts=list(accounts),
    )
