"""Reads of limits: what accounts may spend, and the thresholds that were crossed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True)
class Known:
    """An account, and up to which position of its usage lane answers about its usage are.

    ``limited`` says that it has, or had, a spend limit.
    """

    account: str
    entity: str
    currency: str
    time_zone: str
    lane: int
    position: int
    recorded_at: datetime | None
    limited: bool


@dataclass(frozen=True)
class SpendLimit:
    """One version of an account's spend limit; without ``amount`` there is none."""

    account: str
    version: int
    entity: str
    currency: str
    starts_on: date
    amount: Decimal | None
    notify_at: list[Decimal]
    block: bool
    invoice_at: Decimal | None
    position: int


@dataclass(frozen=True)
class Limited:
    """An account that has a spend limit, or had one."""

    account: str
    time_zone: str


@dataclass(frozen=True)
class Threshold:
    """A per cent of a limit that was crossed, and what was known then."""

    position: int
    kind: str
    entity: str
    account: str
    subscription: str | None
    item: str | None
    meter: str | None
    currency: str | None
    period_from: date
    period_to: date
    percent: Decimal
    limit: Decimal
    quantity: Decimal
    known_lane: int
    known_at: int
    stream: UUID
    crossed_at: datetime


def known(account: str) -> Query[Known]:
    """The account, if there is one, and what is known of its usage."""
    return query("entitlements", "known", Known, account=account)


def spend_limits(accounts: Collection[str]) -> Query[SpendLimit]:
    """Every version of the spend limits of these accounts, in the order of setting."""
    return query("entitlements", "spend_limits", SpendLimit, accounts=list(accounts))


def spend_limited(
    accounts: Collection[str] | None = None,
    *,
    entity: str | None = None,
    after: str = "",
    limit: int = 500,
) -> Query[Limited]:
    """A page of the accounts that have a spend limit, or had one."""
    return query(
        "entitlements",
        "spend_limited",
        Limited,
        accounts=None if accounts is None else list(accounts),
        entity=entity,
        after=after,
        limit=limit,
    )


def thresholds(
    account: str | None = None, *, entity: str | None = None, after: int = 0, limit: int = 100
) -> Query[Threshold]:
    """A page of the thresholds crossed, after a position of the books."""
    return query(
        "entitlements",
        "thresholds",
        Threshold,
        account=account,
        entity=entity,
        after=after,
        limit=limit,
    )
