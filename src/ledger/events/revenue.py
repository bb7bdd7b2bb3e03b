"""Facts about revenue that was deferred and is earned over time."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.events.fact import Fact, record


@dataclass(frozen=True)
class Earned:
    """What one schedule earned: ``cumulative`` to date and ``posted``, its change.

    ``schedule`` is the charge stream that was billed in advance, by its id without the version
    (``subscription/item/2026-12-01``), or the line of a concession (``US-CN-2026-000001/1``);
    ``part`` names the part of a bundle. ``charge`` is the charge that was billed last.
    """

    schedule: str
    account: str
    revenue_account: str
    cumulative: Decimal
    posted: Decimal
    part: str | None = None
    charge: str | None = None


@record("revenue.recognised/1")
@dataclass(frozen=True, kw_only=True)
class RevenueRecognised(Fact):
    """Revenue of some schedules of an entity, earned by the end of ``through``.

    One stream per entity: no two runs recognise the same. Its version counts days and batches.
    """

    entity: str
    currency: str
    through: date
    posted_on: date
    earned: tuple[Earned, ...]
