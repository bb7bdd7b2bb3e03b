"""The charges of a batch of accounts: windows that are due, measured at once, priced one by one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.catalog.versions import tax_rate_on
from ledger.commands.ground import Ground
from ledger.events.billing import UsageRated, UsageSet
from ledger.events.subscriptions import SubscriptionStarted
from ledger.money import ZERO
from ledger.periods import instant
from ledger.rating.charge import Measured, Run, charge, zeroed
from ledger.rating.models import Group, dimensions_of
from ledger.rating.windows import Due, due
from ledger.reads import charges as charge_reads
from ledger.reads import usage as usage_reads
from ledger.reads.charges import Charge
from ledger.reads.subscriptions import LiveSubscription


@dataclass(frozen=True)
class Candidate:
    """A window of a subscription that is due, with the subscription; was its stream billed?"""

    row: LiveSubscription
    due: Due
    billed: bool


def charges_of(
    rows: Sequence[LiveSubscription], through: date, ground: Ground
) -> dict[str, list[UsageRated]]:
    """Return the next charges of these subscriptions, by account; none where nothing changed."""
    _load(rows, ground)
    latest: dict[str, list[UsageRated]] = {}
    billed: set[UUID] = set()
    for found in ground.read(charge_reads.latest_charges({row.account for row in rows})):
        latest.setdefault(found.subscription, []).append(rated(found))
        billed |= {found.stream} if found.lines else set()
    candidates: list[Candidate] = []
    charges: dict[str, list[UsageRated]] = {}
    for row in rows:
        versions = ground.plan(row.plan)
        dues, gone = due(
            started(row), versions, latest.get(row.subscription, ()), through, row.time_zone
        )
        candidates += [Candidate(row, each, _stream(each) in billed) for each in dues]
        run = _run(row, through, ground)
        lost = (zeroed(each, run, _reach(row, each, ground)) for each in gone)
        charges.setdefault(row.account, []).extend(each for each in lost if each)
    for candidate, measured in _measured(candidates, ground):
        made = _charge(candidate, measured, through, ground)
        if made is not None:
            charges[candidate.row.account].append(made)
    return {account: found for account, found in charges.items() if found}


def _load(rows: Iterable[LiveSubscription], ground: Ground) -> None:
    rows = list(rows)
    ground.load("entity", {row.entity for row in rows})
    plans = {row.plan for row in rows}
    ground.load("plan", plans)
    items = [
        item for plan in plans for version in ground.plan(plan) for item in version.usage_items
    ]
    ground.load("meter", {item.meter for item in items})
    codes = {item.tax for item in items} | {row.tax for row in rows}
    ground.load("tax", {code for code in codes if code is not None})


def _charge(
    candidate: Candidate, measured: Measured, through: date, ground: Ground
) -> UsageRated | None:
    row, window = candidate.row, candidate.due.window
    included = None
    if window.version.tax_inclusive:
        included = _rate_within(window.item.tax or row.tax, window.period.last, ground)
    run = _run(row, through, ground)
    return charge(candidate.due, measured, run, included, billed=candidate.billed)


def _stream(each: Due) -> UUID | None:
    return each.previous.originator_id if each.previous else None


def _rate_within(code: str | None, day: date, ground: Ground) -> Decimal:
    """Return the tax rate within a price; nothing where there is no tax that day."""
    rate = tax_rate_on(ground.tax_rates(code), day) if code is not None else None
    return rate.rate if rate is not None else ZERO


def _run(row: LiveSubscription, through: date, ground: Ground) -> Run:
    entity = ground.entity(row.entity)
    return Run(
        entity=row.entity,
        account=row.account,
        currency=row.currency,
        rounding=entity.rounding,
        through=through,
        at=instant(through, entity.time_zone),
        first_period=entity.first_period,
    )


def _measured(
    candidates: Sequence[Candidate], ground: Ground
) -> Iterator[tuple[Candidate, Measured]]:
    """Measure every window at the positions of the view: one query, and one more for groups."""
    windows = [_window(n, candidate, ground) for n, candidate in enumerate(candidates)]
    if not windows:
        return
    groups: dict[int, list[Group]] = {}
    grouped = [window for window in windows if window.dimensions]
    for group in ground.read(usage_reads.measure_groups(grouped)) if grouped else ():
        groups.setdefault(group.number, []).append(
            Group(group.dimensions, group.quantity, group.count)
        )
    for found in ground.read(usage_reads.measure(windows)):
        window = windows[found.number]
        usage = UsageSet(window.lane, window.to_position, found.count, found.facts, found.digest)
        parts = tuple(groups.get(found.number, ()))
        yield candidates[found.number], Measured(usage, found.quantity, parts)


def _window(number: int, candidate: Candidate, ground: Ground) -> usage_reads.Window:
    row, window = candidate.row, candidate.due.window
    return usage_reads.Window(
        number=number,
        lane=row.lane,
        account=row.account,
        meter=window.item.meter,
        subscription=row.subscription,
        aggregation=ground.meter(window.item.meter).aggregation,
        window_from=window.window_from,
        window_to=window.window_to,
        to_position=_reach(row, candidate.due.previous, ground),
        dimensions=dimensions_of(window.item),
    )


def _reach(row: LiveSubscription, previous: UsageRated | None, ground: Ground) -> int:
    """Return how far in its lane usage is known: as in the view, or as in the charge before.

    Another run may have taken a later view and charged by it already; its charges, and all the
    usage behind them, are in the projections by now, and nothing of it may be taken back.
    """
    return max(ground.positions[row.lane], previous.usage.to_position if previous else 0)


def started(row: LiveSubscription) -> SubscriptionStarted:
    """Return the fact behind a subscription's row."""
    return SubscriptionStarted(
        originator_id=row.stream,
        originator_version=row.version,
        timestamp=instant(row.starts_on, row.time_zone),
        subscription=row.subscription,
        account=row.account,
        entity=row.entity,
        plan=row.plan,
        starts_on=row.starts_on,
        anchor=row.anchor,
        quantity={},
        overrides=tuple(row.overrides),
        trial_until=row.trial_until,
    )


def rated(row: Charge) -> UsageRated:
    """Return the charge behind a row, without its tiers, which no later charge looks at."""
    return UsageRated(
        originator_id=row.stream,
        originator_version=row.version,
        timestamp=row.occurred_at,
        charge=row.charge,
        entity=row.entity,
        account=row.account,
        subscription=row.subscription,
        item=row.item,
        meter=row.meter,
        plan=row.plan,
        plan_version=row.plan_version,
        currency=row.currency,
        period_from=row.period_from,
        period_to=row.period_to,
        rated_to=row.rated_to,
        window_from=row.window_from,
        window_to=row.window_to,
        quantity=row.quantity,
        amount=row.amount,
        delta=row.delta,
        accrued=row.accrued,
        posted=row.posted,
        posted_on=row.posted_on,
        usage=UsageSet(
            row.usage_lane, row.to_position, row.usage_count, row.usage_facts, row.usage_digest
        ),
        corrects=row.corrects,
        tax_code=row.tax_code,
        tax_inclusive=row.tax_inclusive,
        revenue_account=row.revenue_account,
    )
