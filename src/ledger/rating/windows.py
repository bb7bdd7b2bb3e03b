"""Which windows of a subscription are due for rating, and which earlier charges lost theirs.

One stream of charges per subscription, item and first day. A billing period is cut where another
plan or version begins, or the subscription ends; each part is rated alone. When a cut appears
later, the window that keeps its start shrinks, a new start gets its own stream, and a start that
vanished is *gone*.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from ledger.catalog.overrides import parse_overrides
from ledger.catalog.prices import Model
from ledger.catalog.records import PlanVersion, UsageItem
from ledger.events.billing import UsageRated
from ledger.events.fact import Cause
from ledger.events.subscriptions import SubscriptionStarted
from ledger.metering import seconds_between
from ledger.periods import DAY, Cycle, Period, instant, interval_of, periods_between
from ledger.rating.bounds import Term
from ledger.rating.timeline import Agreement, Terms, VersionsOf, timeline

Charges = Mapping[tuple[str, date], UsageRated]

# How far ahead of a run a version can cut a period: further than any period is long.
AHEAD = timedelta(days=400)


@dataclass(frozen=True)
class Window:
    """What one charge covers: an item in a period, of which the days before ``rated_to``.

    [``window_from``, ``window_to``) are the same days in UTC, without those of a trial, from
    ``charged_from`` on. ``whole`` is the uncut interval, and ``seconds`` how long it is.
    """

    subscription: str
    item: UsageItem
    version: PlanVersion
    period: Period
    rated_to: date
    window_from: datetime
    window_to: datetime
    causes: tuple[Cause, ...]
    whole: Period
    charged_from: date
    seconds: Decimal

    @property
    def term(self) -> Term:
        """How many of the interval's days it is charged for, and whether it is finished."""
        return Term(
            days=(self.period.end - self.charged_from).days,
            of=(self.whole.end - self.whole.start).days,
            finished=self.rated_to == self.period.end,
        )

    @property
    def key(self) -> tuple[str, date]:
        """What tells the charge streams of one subscription apart."""
        return self.item.item, self.period.start


@dataclass(frozen=True)
class Due:
    """A window to rate, the charge before in its stream, and whether a price made it necessary.

    ``repriced`` says that days which were charged before now have another price or place. Of an
    item with groups, ``previous`` is the one that was rated furthest of all in ``groups``.
    """

    window: Window
    previous: UsageRated | None
    repriced: bool
    groups: tuple[UsageRated, ...] = ()

    def of_group(self, group: Mapping[str, str]) -> "Due":
        """Return what is due of one group; it may have no charge before while others have."""
        previous = next((charge for charge in self.groups if charge.group == group), None)
        if previous is None:
            return replace(self, previous=None, repriced=self.repriced and not self.groups)
        repriced = self.repriced or _repriced(self.window, previous)
        return replace(self, previous=previous, repriced=repriced)


def windows(
    agreement: Agreement, versions_of: VersionsOf, through: date, tz: str
) -> tuple[Window, ...]:
    """Return the windows of a subscription up to the end of a day, in the order of time and item.

    A period is cut where another plan or version begins, not where quantities change. ``tz`` is the
    account's, in which its days begin.
    """
    started = agreement.started
    negotiated = parse_overrides(started.overrides)
    found = (
        window
        for terms in merged(timeline(agreement, versions_of, through + AHEAD))
        for item in terms.version.usage_items
        for window in _of_item(started, terms, _priced(item, negotiated), through, tz)
    )
    return tuple(sorted(found, key=lambda window: window.period.start))


def merged(every: Iterable[Terms]) -> list[Terms]:
    """Join terms that follow each other and differ in nothing but quantities."""
    found: list[Terms] = []
    for terms in every:
        last = found[-1] if found else None
        if last and last.end == terms.start and last.version is terms.version:
            terms = replace(last, end=terms.end)
            found.pop()
        found.append(terms)
    return found


def due(
    agreement: Agreement,
    versions_of: VersionsOf,
    latest: Iterable[UsageRated],
    through: date,
    tz: str,
) -> tuple[tuple[Due, ...], tuple[UsageRated, ...]]:
    """Pair the windows with the ``latest`` charge of each stream; return what is due, and gone.

    A window that was rated further than ``through`` before stays as far as it was, also where its
    days are now another window's, and later periods are left alone: a run never takes back what a
    further one charged.
    """
    groups = _by_window(latest)
    charges = {key: max(found, key=_reach) for key, found in groups.items()}
    horizon = max((charge.rated_to - DAY for charge in charges.values()), default=through)
    every = windows(agreement, versions_of, max(through, horizon), tz)
    keys = {window.key for window in every}
    displaced = _displaced(charges, every)
    rate = tuple(
        replace(
            _due(window, through, charges.get(window.key), displaced, tz),
            groups=groups.get(window.key, ()),
        )
        for window in every
        if window.period.start <= through or _moved_to(window, displaced)
    )
    taken = {charge.charge for each in rate for charge in _moved_to(each.window, displaced)}
    gone = tuple(
        charge
        for key, found in groups.items()
        if key not in keys and (charges[key].period_from <= through or charges[key].charge in taken)
        for charge in found
    )
    return tuple(each for each in rate if each.window.window_from < each.window.window_to), gone


def _by_window(
    latest: Iterable[UsageRated],
) -> dict[tuple[str, date], tuple[UsageRated, ...]]:
    """Return the charges of each window: one, or one by group."""
    found: dict[tuple[str, date], tuple[UsageRated, ...]] = {}
    for charge in latest:
        key = charge.item, charge.period_from
        found[key] = (*found.get(key, ()), charge)
    return found


def _reach(charge: UsageRated) -> tuple[bool, date]:
    """Say how far a charge went; one that was taken back went nowhere."""
    return charge.window_from < charge.window_to, charge.rated_to


def _of_item(
    subscription: SubscriptionStarted, terms: Terms, item: UsageItem, through: date, tz: str
) -> Iterator[Window]:
    """Yield the item's billing periods within the days of one plan version."""
    cycle = Cycle(item.interval, subscription.anchor, subscription.starts_on)
    for whole in periods_between(terms.start, min(terms.end, through + DAY), cycle):
        start, end = max(whole.start, terms.start), min(whole.end, terms.end)
        first = max(start, subscription.trial_until or start)
        rated_to = min(end, through + DAY)
        if first < rated_to:
            uncut = interval_of(whole.start, cycle)
            yield Window(
                subscription=subscription.subscription,
                item=item,
                version=terms.version,
                period=Period(start, end),
                rated_to=rated_to,
                window_from=instant(first, tz),
                window_to=instant(rated_to, tz),
                causes=terms.causes,
                whole=uncut,
                charged_from=first,
                seconds=seconds_between(instant(uncut.start, tz), instant(uncut.end, tz)),
            )


def _priced(item: UsageItem, negotiated: Mapping[str, Model | Decimal]) -> UsageItem:
    model = negotiated.get(item.item)
    return item if model is None or isinstance(model, Decimal) else replace(item, model=model)


def _due(
    window: Window,
    through: date,
    previous: UsageRated | None,
    displaced: Sequence[UsageRated],
    tz: str,
) -> Due:
    """Cut a window at ``through``, or where its days were charged to before if that is further."""
    moved = _moved_to(window, displaced)
    before = [charge.rated_to for charge in ([previous] if previous else []) + moved]
    rated_to = min(window.period.end, max(through + DAY, *before, date.min))
    if rated_to != window.rated_to:
        window = replace(window, rated_to=rated_to, window_to=instant(rated_to, tz))
    if previous is None:
        return Due(window, None, repriced=bool(moved))
    return Due(window, previous, _repriced(window, previous))


def _repriced(window: Window, previous: UsageRated) -> bool:
    version = window.version
    priced = (previous.plan, previous.plan_version) == (version.plan, version.version)
    return not priced or previous.rated_to > window.period.end


def _displaced(charges: Charges, every: Iterable[Window]) -> list[UsageRated]:
    """Return the charges for days that their own window does not hold any more; mostly none."""
    ends = {window.key: window.period.end for window in every}
    return [
        charge
        for key, charge in charges.items()
        if charge.window_from < charge.window_to and charge.rated_to > ends.get(key, date.min)
    ]


def _moved_to(window: Window, displaced: Iterable[UsageRated]) -> list[UsageRated]:
    """Return the charges of other streams of the item for days that are this window's now."""
    return [
        charge
        for charge in displaced
        if charge.item == window.item.item
        and charge.period_from != window.period.start
        and charge.period_from < window.rated_to
        and window.period.start < charge.rated_to
    ]
