"""Reads of revenue schedules: what is deferred, over which days, and what of it is earned."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.reads.queries import query
from ledger.store.database import Query

START = ("", "")


@dataclass(frozen=True)
class Schedule:
    """What one charge stream (or concession) defers; ``part`` is that of a bundle, else empty."""

    schedule: str
    part: str
    entity: str
    currency: str
    account: str
    subscription: str
    item: str
    charge: str
    revenue_account: str
    starts_on: date
    ends_on: date
    opened_on: date
    changed_on: date
    deferred: Decimal
    recognised: Decimal
    recognised_to: date | None
    position: int

    @property
    def key(self) -> tuple[str, str]:
        """What names the schedule, and where the page after it begins."""
        return self.schedule, self.part

    @property
    def left(self) -> Decimal:
        """What is still to earn: its share of account 2100."""
        return self.deferred - self.recognised


@dataclass(frozen=True)
class Standing:
    """A schedule as it stood at the end of a day."""

    schedule: str
    part: str
    currency: str
    account: str
    starts_on: date
    ends_on: date
    deferred: Decimal
    recognised: Decimal

    @property
    def key(self) -> tuple[str, str]:
        """What names the schedule, and where the page after it begins."""
        return self.schedule, self.part

    @property
    def left(self) -> Decimal:
        """What was still to earn."""
        return self.deferred - self.recognised


def schedules(
    *,
    entity: str | None = None,
    account: str | None = None,
    subscription: str | None = None,
    after: tuple[str, str] = START,
    limit: int = 1_000,
) -> Query[Schedule]:
    """A page of schedules, in the order of their ids."""
    return query(
        "deferred_revenue",
        "schedules",
        Schedule,
        entity=entity,
        account=account,
        subscription=subscription,
        after_schedule=after[0],
        after_part=after[1],
        limit=limit,
    )


def open_schedules(
    entity: str,
    *,
    through: date | None = None,
    after: tuple[str, str] = START,
    limit: int = 1_000,
) -> Query[Schedule]:
    """A page of an entity's schedules with something to recognise (by a day, if one is given)."""
    return query(
        "deferred_revenue",
        "open_schedules",
        Schedule,
        entity=entity,
        through=through,
        after_schedule=after[0],
        after_part=after[1],
        limit=limit,
    )


def open_schedules_as_of(
    entity: str,
    day: date,
    *,
    at: int | None = None,
    customer: str | None = None,
    after: tuple[str, str] = START,
    limit: int = 1_000,
) -> Query[Standing]:
    """A page of an entity's schedules with something left to earn at the end of a day."""
    return query(
        "deferred_revenue",
        "open_schedules_as_of",
        Standing,
        entity=entity,
        day=day,
        at=at,
        customer=customer,
        after_schedule=after[0],
        after_part=after[1],
        limit=limit,
    )
