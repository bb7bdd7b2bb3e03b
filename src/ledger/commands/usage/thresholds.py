"""Thresholds: per cents of entitlements and spend limits that were reached, each said once.

A look reads sets of accounts: one query measures all their windows, and what was said before is
told by the streams, one for each per cent of each period. So looking again says nothing, two who
look at once meet in the stream, and one who was killed left nothing half done. A look is at the
period that holds a day and at the one before it, for usage that comes late.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from ledger.commands.engine.ledger import Ledger
from ledger.commands.engine.runs import Run
from ledger.commands.engine.shell import retrying
from ledger.events.limits import ThresholdCrossed
from ledger.events.streams import stream
from ledger.limits.contracts import Asked, measures, numbered, recent, standings
from ledger.limits.spend import months, spendings
from ledger.money import plain
from ledger.periods import local_day
from ledger.projector.follower import catch_up
from ledger.rating.entitlements import Standing
from ledger.rating.spending import Spending
from ledger.reads import charges, entitlements, subscriptions
from ledger.store.database import Query, Role
from ledger.store.meta import Meta

PROJECTIONS = ("usage", "charges", "subscriptions", "entitlements")
PAGE = 500

Row = TypeVar("Row")
Positions = Mapping[int, int]
Crossings = list[ThresholdCrossed]


@dataclass(frozen=True)
class Look:
    """Whose thresholds are looked at: some accounts, those of an entity, or all; on which day.

    Without ``day`` it is the day of ``at`` where each account is.
    """

    at: datetime
    day: date | None = None
    accounts: Collection[str] | None = None
    entity: str | None = None

    def day_in(self, tz: str) -> date:
        """Return the day of the look in a time zone."""
        return self.day or local_day(self.at, tz)


def look(ledger: Ledger, asked: Look, meta: Meta) -> int:
    """Say what was crossed, as far as the projections know by now; return how many facts."""

    def attempt() -> int:
        read_at, count = ledger.books.head(), 0
        for facts in _unsaid(ledger, asked, catch_up(ledger.db, PROJECTIONS, {})):
            ledger.books.save(*facts, read_at=read_at, meta=meta)
            count += len(facts)
        return count

    return retrying(attempt)


def look_after(run: Run, asked: Look) -> None:
    """Say what a run led to, as facts of the run."""

    def attempt() -> None:
        positions = catch_up(run.ledger.db, PROJECTIONS)
        for facts in _unsaid(run.ledger, asked, positions):
            run.append(facts, positions[0], ())

    retrying(attempt)


def _unsaid(ledger: Ledger, asked: Look, positions: Positions) -> Iterator[Crossings]:
    """Yield what was crossed and not said yet, a page of accounts at a time."""
    for crossings in (_used, _spent):
        for facts in crossings(ledger, asked, positions):
            said = ledger.books.versions([fact.originator_id for fact in facts])
            if fresh := [fact for fact in facts if not said[fact.originator_id]]:
                yield fresh


def _used(ledger: Ledger, asked: Look, positions: Positions) -> Iterator[Crossings]:
    """Yield the crossings of entitlements."""
    after = ("", "")
    while True:
        rows = _all(
            ledger,
            subscriptions.contracts(asked.accounts, entity=asked.entity, after=after, limit=PAGE),
        )
        found = [
            each for row in rows for each in recent(row, asked.day_in(row.time_zone), asked.at)
        ]
        every = numbered(each for each in found if each.entitled.item.notify_at)
        if every:
            measured = [row for query in measures(every) for row in _all(ledger, query)]
            pairs = zip(every, standings(every, measured), strict=True)
            yield [
                _of_usage(each, standing, percent, asked.at, positions)
                for each, standing in pairs
                for percent in standing.crossed
            ]
        if len(rows) < PAGE:
            return
        after = (rows[-1].account, rows[-1].subscription)


def _spent(ledger: Ledger, asked: Look, positions: Positions) -> Iterator[Crossings]:
    """Yield the crossings of spend limits."""
    after = ""
    while True:
        rows = _all(
            ledger,
            entitlements.spend_limited(
                asked.accounts, entity=asked.entity, after=after, limit=PAGE
            ),
        )
        if rows:
            days = {row.account: asked.day_in(row.time_zone) for row in rows}
            limits = _all(ledger, entitlements.spend_limits(days))
            months_ = months(limits, days, before=1)
            sums = _all(ledger, charges.spent([window for _, window in months_]))
            yield [
                _of_money(spending, percent, asked.at, positions[0])
                for spending in spendings(months_, sums)
                for percent in spending.crossed
            ]
        if len(rows) < PAGE:
            return
        after = rows[-1].account


def _of_usage(
    asked: Asked, standing: Standing, percent: Decimal, at: datetime, positions: Positions
) -> ThresholdCrossed:
    entitled, lane = asked.entitled, asked.window.lane
    first = entitled.period.start
    item = entitled.item
    return ThresholdCrossed(
        originator_id=stream(
            "threshold", entitled.subscription, item.item, first.isoformat(), plain(percent)
        ),
        originator_version=1,
        timestamp=at,
        causes=entitled.causes,
        kind="entitlement",
        entity=asked.entity,
        account=entitled.account,
        period_from=first,
        period_to=entitled.period.end,
        percent=percent,
        limit=item.limit,
        quantity=standing.used,
        lane=lane,
        position=positions[lane],
        subscription=entitled.subscription,
        item=item.item,
        meter=item.meter,
    )


def _of_money(
    spending: Spending, percent: Decimal, at: datetime, position: int
) -> ThresholdCrossed:
    limit, month = spending.limit, spending.month
    assert limit.amount is not None, "without an amount nothing is crossed"
    return ThresholdCrossed(
        originator_id=stream(
            "spending_threshold", limit.account, month.start.isoformat(), plain(percent)
        ),
        originator_version=1,
        timestamp=at,
        causes=(limit.cause,),
        kind="spending",
        entity=limit.entity,
        account=limit.account,
        period_from=month.start,
        period_to=month.end,
        percent=percent,
        limit=limit.amount,
        quantity=spending.spent,
        lane=0,
        position=position,
        currency=limit.currency,
    )


def _all(ledger: Ledger, query: Query[Row]) -> list[Row]:
    with ledger.db.transaction(Role.READER) as tx:
        return tx.all(query)
