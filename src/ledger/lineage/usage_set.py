"""The usage set of a charge: a page of its events, and the proof that it is what the charge says.

The charge states a range and what came out of it; the proof computes the same range again from rows
that cannot change. docs/lineage.md gives the algorithm of the digest.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self

from ledger.errors import BadValue, Unknown
from ledger.events.billing import UsageRated, UsageSet
from ledger.events.catalog import MeterDefined
from ledger.events.fact import Cause
from ledger.events.streams import stream
from ledger.events.usage import UsageCorrected, UsageRecorded
from ledger.lineage.facts import at, named
from ledger.lineage.nodes import EventRef, UsageSetView, moment
from ledger.metering import LEVEL, level
from ledger.money import ZERO
from ledger.reads import measuring, usage
from ledger.reads.charges import charges_by_id
from ledger.reads.queries import FIRST_TIME
from ledger.store.transaction import Transaction

FIRST_MAX = 10_000
ADDITIVE = ("sum", "count")


@dataclass(frozen=True)
class Page:
    """Which events to show of each usage set: the first ones, or those after a cursor.

    A cursor is ``time/position/charge`` of the last event shown; the sets of other charges are
    not paged by it.
    """

    first: int
    charge: str | None = None
    time: datetime = FIRST_TIME
    position: int = 0

    @classmethod
    def after(cls, first: int, cursor: str | None) -> Self:
        """Return the page of at most ``first`` events that begins after a cursor."""
        if not 0 <= first <= FIRST_MAX:
            raise BadValue(field="first", why=f"A page has 0 to {FIRST_MAX} events.")
        if cursor is None:
            return cls(first)
        try:
            time, position, charge = cursor.split("/", 2)
            return cls(first, charge, datetime.fromisoformat(time), int(position))
        except ValueError:
            raise BadValue(field="after", why="This is no cursor of a usage set.") from None

    def of(self, charge: str) -> tuple[datetime, int]:
        """Return the time and position after which the page of this charge begins."""
        return (self.time, self.position) if charge == self.charge else (FIRST_TIME, 0)


def usage_page(
    tx: Transaction, charge: str, *, first: int = 100, after: str | None = None, prove: bool = False
) -> UsageSetView:
    """Return a page of the usage set of one charge, by the charge's id."""
    row = tx.one(charges_by_id([charge]))
    placed = at(tx, 0, row.position) if row else None
    if placed is None or not isinstance(placed.fact, UsageRated):
        raise Unknown(field="charge", kind="charge", id=charge)
    return usage_of(tx, placed.fact, Page.after(first, after), prove=prove)


def usage_of(tx: Transaction, charge: UsageRated, page: Page, *, prove: bool) -> UsageSetView:
    """Return the usage set of a charge with a page of its events, proven if asked."""
    events, cursor = _events(tx, charge.charge, page)
    return UsageSetView(
        charge=charge.charge,
        lane=charge.usage.lane,
        account=charge.account,
        meter=charge.meter,
        window_from=charge.window_from,
        window_to=charge.window_to,
        to_position=charge.usage.to_position,
        count=charge.usage.count,
        quantity=_whole_quantity(charge),
        facts=charge.usage.facts,
        digest=charge.usage.digest,
        events=events,
        after=cursor,
        proven=_prove(tx, charge) if prove else None,
    )


def _events(tx: Transaction, charge: str, page: Page) -> tuple[tuple[EventRef, ...], str | None]:
    """Return a page of events and the cursor of the next; one row more tells if there is one."""
    time, position = page.of(charge)
    rows = tx.all(usage.usage_set(charge, after=(time, position), limit=page.first + 1))
    shown = rows[: page.first]
    more = len(rows) > len(shown) and shown
    cursor = f"{moment(shown[-1].occurred_at)}/{shown[-1].position}/{charge}" if more else None
    return tuple(map(_event, shown)), cursor


def _event(row: usage.UsageEvent) -> EventRef:
    return EventRef(
        source=row.source,
        id=row.id,
        lane=row.lane,
        position=row.position,
        version=row.version,
        type=UsageRecorded.TYPE if row.version == 1 else UsageCorrected.TYPE,
        occurred_at=row.occurred_at,
        quantity=row.quantity,
    )


def _whole_quantity(charge: UsageRated) -> Decimal:
    """Return the quantity of the set, with the part that no price fits."""
    return charge.quantity + (charge.unpriced.quantity if charge.unpriced else 0)


def _prove(tx: Transaction, charge: UsageRated) -> bool:
    """Compute the set again and tell whether count, quantity, facts and digest come out equal."""
    name = Cause(stream("meter", charge.meter), 1)
    meter = named(tx, [name])[name].fact
    assert isinstance(meter, MeterDefined)
    window = measuring.Window(
        number=1,
        lane=charge.usage.lane,
        account=charge.account,
        meter=charge.meter,
        subscription=charge.subscription,
        aggregation=meter.aggregation,
        window_from=charge.window_from,
        window_to=charge.window_to,
        to_position=charge.usage.to_position,
        where=charge.filter | charge.group,
    )
    (found,) = tx.all(measuring.measure([window]))
    stated = charge.usage
    if (found.facts, found.digest) != (stated.facts, stated.digest):
        return False
    count, quantity, carried = _taken(tx, window, found, stated)
    if (count, carried) != (stated.count, stated.carried):
        return False
    if meter.aggregation not in ADDITIVE and _in_parts(charge):
        return True  # parts are measured apart and do not add up; only the digest covers them all
    return quantity == _whole_quantity(charge)


def _taken(
    tx: Transaction, window: measuring.Window, found: measuring.Measured, stated: UsageSet
) -> tuple[int, Decimal, Decimal | None]:
    """Return the count, quantity and carried level of what the filter and the group take."""
    is_level = window.aggregation == LEVEL and stated.over is not None
    if not window.where and not is_level:
        return found.count, found.quantity, None
    rows = tx.all(measuring.measure_groups([window]))
    count = sum(row.count for row in rows)
    quantity = sum((row.quantity for row in rows), ZERO)
    if not is_level:
        return count, quantity, None
    assert stated.over is not None, stated
    return count, level(quantity, stated.over), sum((row.carried for row in rows), ZERO)


def _in_parts(charge: UsageRated) -> bool:
    return charge.unpriced is not None or any(tier.when is not None for tier in charge.tiers)
