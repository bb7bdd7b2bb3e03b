"""The charges of a batch of accounts: windows that are due, measured at once, priced one by one."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from ledger.catalog.versions import tax_rate_on
from ledger.commands.ground import Ground
from ledger.commands.measuring import Candidate, measured, reach
from ledger.events.billing import Unpriced, UsageRated, UsageSet
from ledger.events.subscriptions import SubscriptionStarted
from ledger.money import ZERO
from ledger.periods import instant
from ledger.rating.charge import Measured, Run, charge, zeroed
from ledger.rating.windows import due
from ledger.reads import charges as charge_reads
from ledger.reads.charges import Charge
from ledger.reads.subscriptions import LiveSubscription


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
        candidates += [Candidate(row, each) for each in dues]
        run = _run(row, through, ground)
        lost = (zeroed(each, run, reach(row, [each], ground)) for each in gone)
        charges.setdefault(row.account, []).extend(each for each in lost if each)
    for candidate, sets in measured(candidates, ground):
        charges[candidate.row.account] += _charges(candidate, sets, billed, through, ground)
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


def _charges(
    candidate: Candidate,
    sets: Sequence[Measured],
    billed: Collection[UUID],
    through: date,
    ground: Ground,
) -> list[UsageRated]:
    """Return the next charges of a window; where its facts changed there is always one at least.

    Of the groups of an item only those are charged anew of which something changed. If all of them
    stand, the first takes note of the facts, for instance of usage that a filter leaves out.
    """
    row, window = candidate.row, candidate.due.window
    included = None
    if window.version.tax_inclusive:
        included = _rate_within(window.item.tax or row.tax, window.period.last, ground)
    run = _run(row, through, ground)

    def next_charge(each: Measured, *, noted: bool = False) -> UsageRated | None:
        of_group = candidate.due.of_group(each.group)
        stream = of_group.previous.originator_id if of_group.previous else None
        return charge(of_group, each, run, included, billed=stream in billed, noted=noted)

    made = [found for each in sets if (found := next_charge(each))]
    noted = [*candidate.due.groups, *made]
    seen = {(before.usage.facts, before.usage.digest) for before in noted}
    if candidate.due.groups and (sets[0].usage.facts, sets[0].usage.digest) not in seen:
        made += [found for each in sets[:1] if (found := next_charge(each, noted=True))]
    return made


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
            row.usage_lane,
            row.to_position,
            row.usage_count,
            row.usage_facts,
            row.usage_digest,
            row.usage_carried,
            row.usage_over,
        ),
        corrects=row.corrects,
        tax_code=row.tax_code,
        tax_inclusive=row.tax_inclusive,
        revenue_account=row.revenue_account,
        filter=row.filter,
        group=row.group_values,
        untaken=Unpriced(row.untaken_count, row.untaken_quantity) if row.untaken_count else None,
    )
