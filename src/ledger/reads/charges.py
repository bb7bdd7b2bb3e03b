"""Reads of charges: what was rated, what stands, what is accrued and not billed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One charge of one item in one period, in full; amounts but ``delta`` are cumulative.

    ``kind`` is usage, or that of an item without usage, which has no meter ("") and no window.
    """

    charge: str
    stream: UUID
    version: int
    position: int
    occurred_at: datetime
    recorded_at: datetime
    entity: str
    account: str
    subscription: str
    item: str
    meter: str
    plan: str
    plan_version: int
    currency: str
    period_from: date
    period_to: date
    rated_to: date
    window_from: datetime | None
    window_to: datetime | None
    quantity: Decimal
    amount: Decimal
    delta: Decimal
    accrued: Decimal
    posted: Decimal
    posted_on: date
    usage_lane: int
    to_position: int
    usage_count: int
    usage_facts: int
    usage_digest: str
    tiers: list[dict[str, Any]]
    unpriced_count: int
    unpriced_quantity: Decimal
    corrects: str | None
    tax_code: str | None
    tax_inclusive: bool
    revenue_account: str
    filter: dict[str, str]
    group_values: dict[str, str]
    untaken_count: int
    untaken_quantity: Decimal
    usage_carried: Decimal | None
    usage_over: Decimal | None
    kind: str
    due: Decimal
    clears: str
    netted: bool
    adjustments: list[dict[str, Any]]
    unit: Decimal | None


@dataclass(frozen=True, kw_only=True)
class LatestCharge(Charge):
    """The latest charge of a stream; ``lines`` counts the document lines that billed it so far."""

    lines: int


@dataclass(frozen=True, kw_only=True)
class Billable(LatestCharge):
    """The latest charge of a stream of which more or less is to bill; ``payer`` gets the document.

    That is ``accrued`` less ``billed``, or ``due`` less what was billed gross; ``carried`` is what
    is accrued and not billed, in the currency of the books. ``early`` says that usage is to be
    billed before its period ends; ``exchange`` is the one at which a grant is carried.
    """

    payer: str
    billed: Decimal
    carried: Decimal
    early: bool
    exchange: dict[str, Any] | None


@dataclass(frozen=True)
class RatedThrough:
    """The last day to which an account was charged."""

    account: str
    through: date


@dataclass(frozen=True)
class Taxed:
    """An account with charges under a tax code."""

    account: str


@dataclass(frozen=True)
class Payer:
    """An account that is to get a document."""

    payer: str


@dataclass(frozen=True)
class SpentWindow:
    """The accounting dates [month_from, month_to) in which an account spent."""

    number: int
    account: str
    month_from: date
    month_to: date


@dataclass(frozen=True)
class Spent:
    """What was accrued in a window, net of tax."""

    number: int
    spent: Decimal


def charges(
    account: str | None = None,
    *,
    entity: str | None = None,
    subscription: str | None = None,
    after: int = 0,
    limit: int = 1_000,
) -> Query[Charge]:
    """A page of charges after a position, oldest first."""
    return query(
        "charges",
        "charges",
        Charge,
        account=account,
        entity=entity,
        subscription=subscription,
        after=after,
        limit=limit,
    )


def charges_by_id(charges: Collection[str]) -> Query[Charge]:
    """The charges named."""
    return query("charges", "charges_by_id", Charge, charges=list(charges))


def latest_charges(accounts: Collection[str]) -> Query[LatestCharge]:
    """The latest charge of every (subscription, item, period_from, group) of the accounts named."""
    return query("charges", "latest_charges", LatestCharge, accounts=list(accounts))


def billable_payers(
    entity: str, through: date, *, account: str | None = None, after: str = "", limit: int = 500
) -> Query[Payer]:
    """A page of payers for whom something is billable; ``account`` restricts it to one payer."""
    return query(
        "charges",
        "billable_payers",
        Payer,
        entity=entity,
        through=through,
        account=account,
        after=after,
        limit=limit,
    )


def billable(entity: str, through: date, payers: Collection[str]) -> Query[Billable]:
    """The streams of these payers with something to bill, finished by a day or billed before."""
    return query(
        "charges", "billable", Billable, entity=entity, through=through, payers=list(payers)
    )


def spent(windows: Sequence[SpentWindow]) -> Query[Spent]:
    """What accounts spent in windows of accounting dates, in the order of their numbers."""
    rows = [
        {**vars(w), "month_from": w.month_from.isoformat(), "month_to": w.month_to.isoformat()}
        for w in windows
    ]
    return query("charges", "spent", Spent, windows=Jsonb(rows))


def charges_of_usage(
    lane: int, account: str, meter: str, occurred_at: datetime, position: int
) -> Query[Charge]:
    """The charges whose window holds a usage fact and whose set was taken after it, oldest first.

    Whether the fact stood in the set (not superseded by then, not void, the right subscription) is
    seen from its row.
    """
    return query(
        "charges",
        "charges_of_usage",
        Charge,
        lane=lane,
        account=account,
        meter=meter,
        occurred_at=occurred_at,
        position=position,
    )


def rated_through(accounts: Collection[str]) -> Query[RatedThrough]:
    """The last day to which each of these accounts was charged."""
    return query("charges", "rated_through", RatedThrough, accounts=list(accounts))


def taxed_by(code: str) -> Query[Taxed]:
    """The accounts with charges under a tax code."""
    return query("charges", "taxed_by", Taxed, code=code)
