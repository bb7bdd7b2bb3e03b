"""Reads of credit: grants and where they stand, discounts, and what takes off which charge."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.reads.queries import query
from ledger.store.database import Query


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A grant; ``used`` and ``expired`` are money or units like what was granted.

    ``stream``, ``position`` and ``occurred_at`` are of the granting, ``version`` of the last word
    about it. ``billed`` is what documents brought into the liability, net of tax, and ``carried``
    what stands there, in the currency of the books. Where that is another, ``exchange`` is the one
    at which the grant is carried, with what its cost and its breakage came to.
    """

    grant_id: str
    account: str
    entity: str
    currency: str
    kind: str
    starts_on: date
    expires_on: date | None
    amount: Decimal | None
    units: Decimal | None
    meter: str | None
    price: Decimal | None
    expected_breakage: Decimal | None
    tax_code: str | None
    top_up_below: Decimal | None
    series: str | None
    number: int
    stream: UUID
    version: int
    position: int
    occurred_at: datetime
    used: Decimal
    cost: Decimal
    breakage: Decimal
    expired: Decimal | None
    billed: Decimal
    charged: bool
    exchange: dict[str, Any] | None
    carried: Decimal
    cost_worth: Decimal | None
    breakage_worth: Decimal | None

    @property
    def size(self) -> Decimal:
        """What was granted, money or units."""
        return (self.amount if self.amount is not None else self.units) or Decimal(0)

    @property
    def remaining(self) -> Decimal:
        """What can still be drawn."""
        return self.size - self.used - (self.expired or 0)


@dataclass(frozen=True, kw_only=True)
class Discount:
    """A discount of an account, or of one of its subscriptions."""

    discount: str
    account: str
    subscription: str | None
    percent: Decimal | None
    amount: Decimal | None
    starts_on: date
    until: date | None
    items: list[str]
    stream: UUID
    position: int
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a discount or grant takes off one charge stream so far; ``charge`` says it last."""

    stream: UUID
    kind: str
    id: str
    account: str
    charge: str
    subscription: str
    item: str
    period_from: date
    period_to: date
    currency: str
    amount: Decimal
    net: Decimal
    units: Decimal | None
    position: int


@dataclass(frozen=True)
class Named:
    """An account and who pays for it, by name."""

    account: str
    payer: str


def grants(
    account: str | None = None, *, entity: str | None = None, after: str = "", limit: int = 1_000
) -> Query[Grant]:
    """A page of grants after one, by id."""
    return query(
        "credits", "grants", Grant, account=account, entity=entity, after=after, limit=limit
    )


def grants_of(accounts: Collection[str]) -> Query[Grant]:
    """Every grant of the accounts named."""
    return query("credits", "grants_of", Grant, accounts=list(accounts))


def discounts(
    account: str | None = None, *, after: str = "", limit: int = 1_000
) -> Query[Discount]:
    """A page of discounts after one, by id."""
    return query("credits", "discounts", Discount, account=account, after=after, limit=limit)


def discounts_of(accounts: Collection[str]) -> Query[Discount]:
    """Every discount of the accounts named."""
    return query("credits", "discounts_of", Discount, accounts=list(accounts))


def adjustments_of(accounts: Collection[str]) -> Query[Taken]:
    """What takes off the charges of the accounts named."""
    return query("credits", "adjustments_of", Taken, accounts=list(accounts))


def adjustments_by(ids: Collection[str], *, discounts: bool) -> Query[Taken]:
    """The charges that these grants, or discounts, take something off."""
    return query("credits", "adjustments_by", Taken, ids=list(ids), discounts=discounts)


def unsettled_accounts(
    through: date,
    *,
    entity: str | None = None,
    account: str | None = None,
    payer: str | None = None,
    after: str = "",
    limit: int = 200,
) -> Query[Named]:
    """A page of accounts with a grant to charge, or one that expired and was never drawn."""
    return query(
        "credits",
        "unsettled_accounts",
        Named,
        through=through,
        entity=entity,
        account=account,
        payer=payer,
        after=after,
        limit=limit,
    )


def idle_accounts(accounts: Collection[str], through: date) -> Query[Named]:
    """Those of the accounts named that have no subscription begun by a day."""
    return query("credits", "idle_accounts", Named, accounts=list(accounts), through=through)
