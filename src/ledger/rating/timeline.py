"""What holds of a subscription from day to day: the version of its plan, and how many of what.

    started with Basic on 1 December, Pro from the 12th, six seats from the 20th, ended on 1 January
    [1st, 12th) Basic v1, 5 seats   [12th, 20th) Pro v3, 5 seats   [20th, 1st) Pro v3, 6 seats

Changes hold in the order of their days, of one day in the order in which they were recorded: only
what stands at the end of the day counts. A version for new subscriptions holds only for those that
took its plan on its first day or after, and a change of plan takes it on the day of the change.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledger.catalog.records import PlanVersion
from ledger.catalog.versions import segments
from ledger.events.fact import Cause
from ledger.events.subscriptions import (
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionStarted,
)
from ledger.money import ONE

VersionsOf = Callable[[str], Sequence[PlanVersion]]


@dataclass(frozen=True)
class Agreement:
    """All that was agreed of one subscription: its start, its changes as recorded, its last end."""

    started: SubscriptionStarted
    changes: tuple[SubscriptionChanged, ...] = ()
    ended: SubscriptionEnded | None = None

    @property
    def plans(self) -> set[str]:
        """Every plan that was ever agreed."""
        return {self.started.plan, *(each.plan for each in self.changes if each.plan)}

    def versions(self, versions_of: VersionsOf) -> Iterator[PlanVersion]:
        """Yield every version of every plan that was ever agreed."""
        return (version for plan in self.plans for version in versions_of(plan))

    @property
    def ends_on(self) -> date:
        """The first day without service, which may never come."""
        return self.ended.ends_on if self.ended else date.max


@dataclass(frozen=True)
class Terms:
    """What holds from ``start`` to before ``end``; ``causes`` are the facts behind it."""

    start: date
    end: date
    version: PlanVersion
    quantity: Mapping[str, Decimal]
    causes: tuple[Cause, ...] = field(default=(), compare=False)

    def how_many(self, item: str) -> Decimal:
        """Return how many of an item; one that is not named counts once."""
        return self.quantity.get(item, ONE)


@dataclass(frozen=True)
class Agreed:
    """What is agreed from a day on: a plan, since when it is had, and how many of each item.

    ``taken_by`` are the start and the changes that took the plan, ``causes`` those of the day too.
    """

    start: date
    plan: str
    taken_on: date
    quantity: Mapping[str, Decimal]
    taken_by: tuple[Cause, ...] = field(default=(), compare=False)
    causes: tuple[Cause, ...] = field(default=(), compare=False)


def timeline(agreement: Agreement, versions_of: VersionsOf, until: date) -> tuple[Terms, ...]:
    """Return the terms of a subscription in order, from its start to its end or ``until``.

    Days on which its plan has no version have no terms.
    """
    until = min(until, agreement.ends_on)
    stages = agreed(agreement)
    ends = [*(stage.start for stage in stages[1:]), until]
    return tuple(
        terms
        for stage, end in zip(stages, ends, strict=True)
        for terms in _of_stage(stage, min(end, until), versions_of)
    )


def agreed(agreement: Agreement) -> tuple[Agreed, ...]:
    """Return what is agreed from day to day, whatever versions the plans have."""
    started = agreement.started
    by = (started.cause,)
    first = started.starts_on
    stages = [Agreed(first, started.plan, first, started.quantity, by, by)]
    for day in sorted({each.starts_on for each in agreement.changes}):
        stages.append(_changed(stages[-1], day, agreement.changes))
    return tuple(stages)


def agreed_on(agreement: Agreement, day: date) -> Agreed:
    """Return what is agreed on a day, the first day's before it."""
    first, *later = agreed(agreement)
    return next((stage for stage in reversed(later) if stage.start <= day), first)


def _changed(before: Agreed, day: date, every: Iterable[SubscriptionChanged]) -> Agreed:
    changes = [each for each in every if each.starts_on == day]
    plan, quantity = before.plan, dict(before.quantity)
    for change in changes:
        plan = change.plan or plan
        quantity |= change.quantity
    by = tuple(change.cause for change in changes)
    if plan == before.plan:
        stays = before.taken_by
        return Agreed(day, plan, before.taken_on, quantity, stays, (*stays, *by))
    by = (before.taken_by[0], *by)
    return Agreed(day, plan, day, quantity, by, by)


def _of_stage(stage: Agreed, end: date, versions_of: VersionsOf) -> list[Terms]:
    """Cut a stage where another version of its plan begins to hold."""
    if stage.start >= end:
        return []
    return [
        Terms(
            max(segment.start, stage.start),
            segment.end,
            segment.version,
            stage.quantity,
            (*stage.causes, segment.version.cause),
        )
        for segment in segments(versions_of(stage.plan), stage.taken_on, end)
        if segment.end > stage.start
    ]
