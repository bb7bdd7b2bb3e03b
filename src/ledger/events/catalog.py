"""Facts about reference data: entities, accounts, meters, plans, tax and exchange rates."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.events.fact import Fact, record, upcast


@record("entity.registered/1")
@dataclass(frozen=True, kw_only=True)
class EntityRegistered(Fact):
    """A legal entity with books of its own. ``first_period`` is like ``2026-01``."""

    entity: str
    name: str
    currency: str
    country: str
    time_zone: str
    first_period: str
    rounding: str = "half_up"
    vat_id: str | None = None
    address: str | None = None
    policies: dict[str, Any] = field(default_factory=dict)


@record("account.opened/1")
@dataclass(frozen=True, kw_only=True)
class AccountOpened(Fact):
    """A customer account. Name, address and VAT id stay outside the log; ``person`` is their HMAC.

    ``lane`` is where the account's usage is appended, for ever.
    """

    account: str
    entity: str
    currency: str
    lane: int
    person: str
    has_vat_id: bool
    time_zone: str
    country: str | None = None
    tax: str | None = None
    parent: str | None = None
    payment_terms_days: int = 30


@record("account.subscribed/1")
@dataclass(frozen=True, kw_only=True)
class AccountSubscribed(Fact):
    """The account took a subscription: in its stream, where all its subscriptions meet."""

    account: str
    subscription: str
    plan: str


@record("account.credited/1")
@dataclass(frozen=True, kw_only=True)
class AccountCredited(Fact):
    """The account has a grant of credit: in its stream, which a run that rates it guards."""

    account: str
    grant: str


@record("account.discounted/1")
@dataclass(frozen=True, kw_only=True)
class AccountDiscounted(Fact):
    """The account, or a subscription of it, has a discount: in its stream, like its grants."""

    account: str
    discount: str


@record("meter.defined/1")
@dataclass(frozen=True, kw_only=True)
class MeterDefined(Fact):
    """How usage events become a quantity. A meter's definition never changes."""

    meter: str
    aggregation: str
    value: str = "quantity"
    unit: str | None = None
    dimensions: tuple[str, ...] = ()


@record("plan.published/2")
@dataclass(frozen=True, kw_only=True)
class PlanPublished(Fact):
    """A version of a plan; ``starts_on`` is its first day. ``items`` stand as in the contract."""

    plan: str
    currency: str
    starts_on: date
    items: tuple[dict[str, Any], ...]
    tax_inclusive: bool = False
    applies_to: str = "all"


@upcast("plan.published/1")
def _plan_published_1(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 knew no ``applies_to``: every version applied to all subscriptions."""
    return {**data, "applies_to": "all"}


@record("tax_rate.set/1")
@dataclass(frozen=True, kw_only=True)
class TaxRateSet(Fact):
    """The rate (per cent) and EN 16931 category of a tax code from a day on."""

    code: str
    rate: Decimal
    starts_on: date
    category: str
    exemption_reason: str | None = None


@record("exchange_rate.set/1")
@dataclass(frozen=True, kw_only=True)
class ExchangeRateSet(Fact):
    """1 ``base`` = ``rate`` ``quote`` from a day on; one stream per pair, in the order of setting.

    The latest rate on or before a day holds; the same pair and day again supersedes it.
    """

    base: str
    quote: str
    rate: Decimal
    on: date
    source: str


@record("account.changed/1")
@dataclass(frozen=True, kw_only=True)
class AccountChanged(Fact):
    """From a day on an account is other than it was; only what changes is named.

    Changes hold in the order of ``starts_on``, of one day in the order in which they were recorded.
    ``person`` is the HMAC of name, address and VAT id together, as ``account.opened`` has it.
    """

    account: str
    starts_on: date
    person: str | None = None
    has_vat_id: bool | None = None
    country: str | None = None
    tax: str | None = None
    time_zone: str | None = None
    payment_terms_days: int | None = None


@record("account.erased/1")
@dataclass(frozen=True, kw_only=True)
class AccountErased(Fact):
    """The personal data of an account and the key of its digests were removed for ever."""

    account: str


@record("entity.changed/1")
@dataclass(frozen=True, kw_only=True)
class EntityChanged(Fact):
    """From a day on a legal entity is other than it was; only what changes is named."""

    entity: str
    starts_on: date
    name: str | None = None
    vat_id: str | None = None
    address: str | None = None
    policies: dict[str, Any] = field(default_factory=dict)
