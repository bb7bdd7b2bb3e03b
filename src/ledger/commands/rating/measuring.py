"""The usage of the windows that are due, measured in sets: a few queries for a whole batch.

What an item asks for beyond a plain aggregate over its window decides which: dimensions and
filters, levels over time, prices by event, and the usage that no item of the plan takes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.catalog.prices import Dynamic, Percentage
from ledger.catalog.records import UsageItem
from ledger.commands.engine.ground import Ground
from ledger.events.billing import Unpriced, UsageRated, UsageSet
from ledger.metering import LEVEL, level
from ledger.money import ZERO, exactly, trimmed
from ledger.rating.charge import NOTHING_DIGEST, Measured
from ledger.rating.events import NO_PRICES, Carried, Percents
from ledger.rating.groups import group_of, label, takes
from ledger.rating.models import Group, dimensions_of
from ledger.rating.windows import Due, Window
from ledger.reads import measuring as reads
from ledger.reads.subscriptions import LiveSubscription

Events = Mapping[tuple[int, str], Percents | Carried]


@dataclass(frozen=True)
class Candidate:
    """A window of a subscription that is due, with the subscription."""

    row: LiveSubscription
    due: Due

    @property
    def item(self) -> UsageItem:
        """The item to be priced, at the subscription's price."""
        return self.due.window.item


def measured(
    candidates: Sequence[Candidate], ground: Ground
) -> Iterator[tuple[Candidate, list[Measured]]]:
    """Measure every window at the positions of the view; of an item with groups, each apart."""
    asked = [_window(number, each, ground) for number, each in enumerate(candidates)]
    if not asked:
        return
    apart = [window for window in asked if _is_apart(window, candidates[window.number])]
    rows: dict[int, list[reads.MeasuredGroup]] = {window.number: [] for window in apart}
    for row in ground.read(reads.measure_groups(apart)) if apart else ():
        rows[row.number].append(row)
    events = _events(candidates, asked, ground)
    untaken = _untaken(candidates, asked, ground)
    # Of a set that is measured apart only the facts and their digest are wanted.
    plain = [replace(w, aggregation="count") if w.number in rows else w for w in asked]
    for found in ground.read(reads.measure(plain)):
        number, window = found.number, asked[found.number]
        usage = UsageSet(window.lane, window.to_position, found.count, found.facts, found.digest)
        if number in rows:
            sets = _groups(candidates[number], window, usage, rows[number], events)
        else:
            sets = [Measured(usage, found.quantity, events=events.get((number, "")))]
        sets[0] = replace(sets[0], untaken=untaken.get(number))
        yield candidates[number], sets


def _window(number: int, candidate: Candidate, ground: Ground) -> reads.Window:
    row, window = candidate.row, candidate.due.window
    return reads.Window(
        number=number,
        lane=row.lane,
        account=row.account,
        meter=window.item.meter,
        subscription=row.subscription,
        aggregation=ground.meter(window.item.meter).aggregation,
        window_from=window.window_from,
        window_to=window.window_to,
        to_position=reach(row, candidate.due.groups, ground),
        dimensions=dimensions_of(window.item),
        where=window.item.filter,
    )


def _is_apart(window: reads.Window, candidate: Candidate) -> bool:
    """Say whether a set is more than a plain aggregate of everything in its window.

    So it is where groups were charged before that the item does not have any more.
    """
    had_groups = any(charge.group for charge in candidate.due.groups)
    return had_groups or bool(window.dimensions or window.where) or window.aggregation == LEVEL


def _groups(
    candidate: Candidate,
    asked: reads.Window,
    usage: UsageSet,
    rows: Sequence[reads.MeasuredGroup],
    events: Events,
) -> list[Measured]:
    """Return what each group of a window holds, then those that hold nothing any more.

    Without usage there is one group, of the values of the filter or none, so that a fee without
    usage has a place.
    """
    names = candidate.item.group_by
    found: dict[str, tuple[dict[str, str], list[reads.MeasuredGroup]]] = {}
    for row in rows:
        if row.count or row.carried:
            group = group_of(row.dimensions, names)
            found.setdefault(label(group), (group, []))[1].append(row)
    if not found:
        group = group_of(candidate.item.filter, names)
        found[label(group)] = group, []
    window, is_level = candidate.due.window, asked.aggregation == LEVEL
    sets = [
        replace(_set(window, usage, held, events.get((asked.number, name)), is_level), group=group)
        for name, (group, held) in sorted(found.items())
    ]
    lost = [charge.group for charge in candidate.due.groups if label(charge.group) not in found]
    return sets + [_lost(group, candidate.item, window, usage, is_level) for group in lost]


def _lost(
    group: dict[str, str], item: UsageItem, window: Window, usage: UsageSet, is_level: bool
) -> Measured:
    """Return what a group holds that was charged before: none of the window's usage, or, where the
    item has no such groups any more, of no window."""
    if group.keys() != set(item.group_by) or not takes(
        {n: group[n] for n in group.keys() & item.filter.keys()}, item.filter
    ):
        gone = UsageSet(usage.lane, usage.to_position, 0, 0, NOTHING_DIGEST)
        return Measured(gone, ZERO, group=group, vanished=True, is_regrouped=True)
    return replace(_set(window, usage, [], None, is_level), group=group, vanished=True)


@exactly
def _set(
    window: Window,
    usage: UsageSet,
    rows: Sequence[reads.MeasuredGroup],
    events: Percents | Carried | None,
    is_level: bool,
) -> Measured:
    usage = replace(usage, count=sum(row.count for row in rows))
    if is_level:
        carried = sum((row.carried for row in rows), ZERO)
        usage = replace(usage, carried=trimmed(carried), over=window.seconds)
    parts = tuple(Group(r.dimensions, _quantity(r, window, is_level), r.count) for r in rows)
    return Measured(usage, sum((part.quantity for part in parts), ZERO), parts, events)


def _quantity(row: reads.MeasuredGroup, window: Window, is_level: bool) -> Decimal:
    """Return a quantity; that of a level over time comes from the database in level-seconds."""
    return level(row.quantity, window.seconds) if is_level else row.quantity


def _events(
    candidates: Sequence[Candidate], asked: Sequence[reads.Window], ground: Ground
) -> Events:
    """Return what prices by event came to, by the number of the window and the group's name."""
    percentages: list[tuple[reads.Window, Percentage]] = []
    prices: list[tuple[reads.Window, Dynamic]] = []
    for candidate, window in zip(candidates, asked, strict=True):
        grouped = replace(window, dimensions=candidate.item.group_by)
        if isinstance(candidate.item.model, Percentage):
            percentages.append((grouped, candidate.item.model))
        elif isinstance(candidate.item.model, Dynamic):
            prices.append((grouped, candidate.item.model))
    found: dict[tuple[int, str], Percents | Carried] = {}
    for row in ground.read(reads.measure_percentages(percentages)) if percentages else ():
        found[_key(row, candidates)] = Percents(
            row.free_count,
            row.free_value,
            row.paid_count,
            row.paid_value,
            row.raised,
            row.lowered,
        )
    for each in ground.read(reads.measure_prices(prices)) if prices else ():
        key = _key(each, candidates)
        before = found.get(key, NO_PRICES)
        assert isinstance(before, Carried), before
        found[key] = (
            replace(before, count=each.count, quantity=each.quantity, amount=each.amount)
            if each.priced
            else replace(before, unpriced_count=each.count, unpriced_quantity=each.quantity)
        )
    return found


def _key(
    row: reads.MeasuredPercentages | reads.MeasuredPrices, candidates: Sequence[Candidate]
) -> tuple[int, str]:
    names = candidates[row.number].item.group_by
    return row.number, label(group_of(row.dimensions, names))


def _untaken(
    candidates: Sequence[Candidate], asked: Sequence[reads.Window], ground: Ground
) -> dict[int, Unpriced]:
    """Return the usage that no item of a meter takes, with the first item of the meter."""
    filters: dict[int, list[Mapping[str, str]]] = {}
    for number, candidate in enumerate(candidates):
        items = candidate.due.window.version.usage_items
        same = [item for item in items if item.meter == candidate.item.meter]
        if candidate.item.filter and same[0].item == candidate.item.item:
            filters[number] = [item.filter for item in same]
    windows = [
        replace(asked[number], dimensions=tuple(sorted({n for f in found for n in f})), where={})
        for number, found in filters.items()
    ]
    left: dict[int, list[reads.MeasuredGroup]] = {}
    for row in ground.read(reads.measure_groups(windows)) if windows else ():
        if row.count and not any(takes(where, row.dimensions) for where in filters[row.number]):
            left.setdefault(row.number, []).append(row)
    return {
        number: _unpriced(candidates[number].due.window, rows, asked[number].aggregation == LEVEL)
        for number, rows in left.items()
    }


@exactly
def _unpriced(window: Window, rows: Sequence[reads.MeasuredGroup], is_level: bool) -> Unpriced:
    quantity = sum((_quantity(row, window, is_level) for row in rows), ZERO)
    return Unpriced(sum(row.count for row in rows), trimmed(quantity))


def reach(row: LiveSubscription, before: Iterable[UsageRated], ground: Ground) -> int:
    """Return how far in its lane usage is known: as in the view, or as in the charges before.

    Another run may have taken a later view and charged by it already; its charges, and all the
    usage behind them, are in the projections by now, and nothing of it may be taken back.
    """
    return max([ground.positions[row.lane], *(charge.usage.to_position for charge in before)])
