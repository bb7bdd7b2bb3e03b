"""Reads of what needs somebody: unpriced and unrated usage, dead letters, export troubles."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ledger.reads.queries import FIRST_TIME, query
from ledger.store.database import Query

NO_ID = UUID(int=0)


@dataclass(frozen=True)
class UnpricedUsage:
    """Usage without a price in the latest charge of its item and period, with its age in days."""

    charge: str
    entity: str
    account: str
    subscription: str
    item: str
    meter: str
    period_from: date
    period_to: date
    unpriced_count: int
    unpriced_quantity: Decimal
    today: int
    days_7: int
    days_30: int
    older: int
    position: int
    recorded_at: datetime


@dataclass(frozen=True)
class UnratedUsage:
    """Usage facts of one meter of one account in no charge's set, and why.

    ``reason`` is to_rate, no_price or no_subscription. The facts by age in days since they were
    used: today, 1 to 7, 8 to 30, older. ``oldest`` is when the first of them was recorded.
    """

    entity: str
    account: str
    meter: str
    reason: str
    facts: int
    today: int
    days_7: int
    days_30: int
    older: int
    oldest: datetime


@dataclass(frozen=True)
class UnratedSpan:
    """From when to before when some usage of a meter of an account is in no charge's set."""

    account: str
    meter: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class DeadLetter:
    """Bytes that could not become a fact, without the bytes themselves."""

    id: UUID
    lane: int
    source: str
    day: date
    event_id: str | None
    account: str | None
    code: str
    detail: str
    format: str
    bytes: int
    received_at: datetime


@dataclass(frozen=True)
class DeadLetterCount:
    """How many dead letters of one code are open."""

    code: str
    letters: int
    oldest: datetime


@dataclass(frozen=True)
class ExportTrouble:
    """A document that an ERP rejected, or acknowledged with something else than we sent."""

    target: str
    external_id: str
    short_ref: str
    entity: str
    posting_date: date
    state: str
    revision: int | None
    reject_code: str | None
    reject_message: str | None
    reject_line: int | None
    disposition: str | None
    erp_number: str | None
    erp_posting_date: date | None
    erp_period: str | None
    erp_amount: Decimal | None
    total: Decimal
    currency: str
    differs: list[str]
    position: int


def unpriced(
    account: str | None = None, *, entity: str | None = None, now: datetime | None = None
) -> Query[UnpricedUsage]:
    """Usage that no price fits, by charge; ages as of ``now``, by default the database's."""
    return query("exceptions", "unpriced", UnpricedUsage, account=account, entity=entity, now=now)


def unrated(
    account: str | None = None,
    *,
    entity: str | None = None,
    before: datetime | None = None,
    now: datetime | None = None,
) -> Query[UnratedUsage]:
    """Usage facts in no charge's set, per account, meter and reason, used before a time.

    Ages are as of ``now``, by default the database's.
    """
    return query(
        "exceptions",
        "unrated",
        UnratedUsage,
        account=account,
        entity=entity,
        before=before,
        now=now,
    )


def unrated_spans(accounts: Collection[str]) -> Query[UnratedSpan]:
    """When something of these accounts is unrated: days, or quarters of an hour."""
    return query("exceptions", "unrated_spans", UnratedSpan, accounts=list(accounts))


def dead_letters(
    code: str | None = None, *, after: tuple[datetime, UUID] = (FIRST_TIME, NO_ID), limit: int = 100
) -> Query[DeadLetter]:
    """A page of open dead letters after a (received_at, id)."""
    return query(
        "exceptions",
        "dead_letters",
        DeadLetter,
        code=code,
        after=after[0],
        after_id=after[1],
        limit=limit,
    )


def dead_letter_counts() -> Query[DeadLetterCount]:
    """How many dead letters are open, per code."""
    return query("exceptions", "dead_letter_counts", DeadLetterCount)


def export_troubles(target: str | None = None) -> Query[ExportTrouble]:
    """Documents that an ERP rejected, or acknowledged with something else than we sent."""
    return query("exceptions", "export_troubles", ExportTrouble, target=target)
