"""The charges of a batch of accounts: what is due, measured at once, priced, adjusted, charged.

Both runs come here. ``rate_usage`` charges everything; ``issue_invoices`` charges what needs no
usage before it bills, and leaves a fee in arrears alone until its interval is finished.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from ledger.commands.engine.ground import Ground
from ledger.commands.rating.adjusting import Batched, Key, Taken, adjusted
from ledger.commands.rating.apart import Apart
from ledger.commands.rating.committing import true_ups
from ledger.commands.rating.crediting import Credited, credited
from ledger.commands.rating.drawing import CreditFact, drawn
from ledger.commands.rating.measuring import Candidate, measured, reach
from ledger.commands.rating.restored import agreement_of
from ledger.commands.rating.run_terms import rate_within, run_of
from ledger.commands.rating.standing import Standing, standing_of
from ledger.commands.rating.unchanged import changed
from ledger.events.billing import UsageRated
from ledger.events.charges import ItemCharged
from ledger.periods import DAY
from ledger.posting.chart import UNBILLED
from ledger.rating.adjustments import Adjusted
from ledger.rating.charge import Measured, Run, charge, zeroed
from ledger.rating.fee_charges import DueFee, charge_fee, due_fees, zeroed_fee
from ledger.rating.fees import IN_ARREARS
from ledger.rating.groups import label
from ledger.rating.timeline import Agreement
from ledger.rating.windows import due
from ledger.reads.subscriptions import LiveSubscription, live_subscriptions

Charge = UsageRated | ItemCharged
T = TypeVar("T")

FOR_EVER = date(2101, 1, 1)
UPFRONT = ("recurring", "one_time")


@dataclass
class Made:
    """The next charges of some accounts, and what there is to say of their grants."""

    charges: dict[str, list[Charge]] = field(default_factory=dict)
    credit: dict[str, list[CreditFact]] = field(default_factory=dict)


def charges_of(
    rows: Sequence[LiveSubscription],
    through: date,
    ground: Ground,
    apart: Apart,
    *,
    usage: bool = True,
) -> Made:
    """Return the next charges of these subscriptions, by account; none where nothing changed.

    An account with discounts or credit is charged whole, as far as it ever was, by both runs. One
    that is left ``apart`` on the way has no charges.
    """
    has = credited({row.account for row in rows}, ground)
    rows = _all_of(rows, has, ground)
    agreements = {row.subscription: agreement_of(row) for row in rows}
    _load(rows, agreements.values(), ground)
    batch = _Batch(rows, agreements, standing_of(rows, ground), has, through, ground, apart, usage)
    batched = batch.collect()
    taken = adjusted(batched, has, batch.standing, ground, apart)
    batch.charge(batched, taken)
    batch.true_up()
    credit = batch.credit(taken)
    charges = {account: found for account, found in batch.made.items() if found}
    return Made(_without(charges, apart), _without(credit, apart))


@dataclass
class _Batch:
    """Some accounts while they are charged; those that have credit or discounts are ``whole``."""

    rows: Sequence[LiveSubscription]
    agreements: Mapping[str, Agreement]
    standing: Mapping[str, Standing]
    has: Mapping[str, Credited]
    through: date
    ground: Ground
    apart: Apart
    usage: bool
    made: dict[str, list[Charge]] = field(init=False)
    furthest: dict[str, date] = field(init=False)
    runs: dict[str, Run] = field(init=False)

    def __post_init__(self) -> None:
        self.made = {row.account: [] for row in self.rows}
        self.furthest = dict.fromkeys(self.has, self.through)
        self.runs = {row.subscription: run_of(row, self.through, self.ground) for row in self.rows}
        for row in self.rows:
            if row.account in self.has:
                days = [_reached(each) for each in self.standing[row.subscription].charges]
                self.furthest[row.account] = max([self.furthest[row.account], *days])

    def run(self, row: LiveSubscription) -> Run:
        """Return what all charges of an account share."""
        return self.runs[row.subscription]

    def whole(self, row: LiveSubscription) -> bool:
        """Say whether everything of an account is charged, not only what needs no usage."""
        return self.usage or row.account in self.has

    def collect(self) -> Batched:
        """Take back what is gone; return what is due, measured where it may have changed."""
        batched = Batched()
        candidates: list[Candidate] = []
        for row in self.rows:
            agreement, stands = self.agreements[row.subscription], self.standing[row.subscription]
            to, made = self.furthest.get(row.account, self.through), self.made[row.account]
            fees, lost = due_fees(agreement, self.ground.plan, stands.fees, to)
            batched.fees += [(row, fee) for fee in fees if self.whole(row) or _finished(fee, to)]
            made += [found for each in lost if (found := zeroed_fee(each, self.run(row)))]
            if self.whole(row):
                dues, gone = due(agreement, self.ground.plan, stands.usage, to, row.time_zone)
                candidates += [Candidate(row, each) for each in dues]
                made += _zeroed(row, gone, self.run(row), stands, self.ground)
        candidates = changed(candidates, self.standing, self.has, self.ground)
        batched.usage += measured(candidates, self.ground)
        return batched

    def charge(self, batched: Batched, taken: Taken) -> None:
        """Make the charges of fees and of usage, less what is taken off them."""
        for row, fee in batched.fees:
            with self.apart.of(row.account):
                self.made[row.account] += _charged_fee(
                    row, fee, taken.adjusted, self.run(row), self.ground
                )
        for candidate, sets in batched.usage:
            row = candidate.row
            with self.apart.of(row.account):
                self.made[row.account] += _charged(
                    candidate,
                    sets,
                    self.standing[row.subscription],
                    taken.adjusted,
                    self.run(row),
                    self.ground,
                )

    def true_up(self) -> None:
        """Make the charges of commitments, now that the usage that they count is charged."""
        for row in self.rows:
            if self.whole(row):
                to, made = self.furthest.get(row.account, self.through), self.made[row.account]
                agreement = self.agreements[row.subscription]
                stands = self.standing[row.subscription]
                with self.apart.of(row.account):
                    made += list(
                        true_ups(row, agreement, stands, made, to, self.run(row), self.ground)
                    )

    def credit(self, taken: Taken) -> dict[str, list[CreditFact]]:
        """Return what there is to say of the grants of these accounts."""
        first = {row.account: row for row in reversed(self.rows)}
        said: dict[str, list[CreditFact]] = {}
        for account, each in _without(self.has, self.apart).items():
            with self.apart.of(account):
                said[account] = drawn(
                    each,
                    taken.draws.get(account, ()),
                    self.made[account],
                    self.run(first[account]),
                    self.ground,
                )
        return said


def _without(found: Mapping[str, T], apart: Apart) -> dict[str, T]:
    return {account: each for account, each in found.items() if account not in apart}


def _all_of(
    rows: Sequence[LiveSubscription], has: Collection[str], ground: Ground
) -> Sequence[LiveSubscription]:
    """Return the subscriptions with those that a further run has reached, where all matter."""
    if not has:
        return rows
    every = ground.read(live_subscriptions(FOR_EVER, has))
    return [*(row for row in rows if row.account not in has), *every]


def _load(
    rows: Sequence[LiveSubscription], agreements: Iterable[Agreement], ground: Ground
) -> None:
    ground.load("entity", {row.entity for row in rows})
    plans = {plan for agreement in agreements for plan in agreement.plans}
    ground.load("plan", plans)
    versions = [version for plan in plans for version in ground.plan(plan)]
    ground.load("meter", {item.meter for version in versions for item in version.usage_items})
    codes = {item.tax for version in versions for item in version.items}
    codes |= {row.tax for row in rows}
    ground.load("tax", {code for code in codes if code is not None})


def _reached(each: Charge) -> date:
    """Return the day that the run had reached which made a charge, at the least.

    What is paid up front is charged whole on its first day.
    """
    if isinstance(each, ItemCharged) and each.kind in UPFRONT and each.clears != UNBILLED:
        return each.period_from
    return each.rated_to - DAY


def _finished(due_fee: DueFee, through: date) -> bool:
    """Say whether a fee may be charged without accruing part of an interval."""
    fee = due_fee.fee
    return fee.timing != IN_ARREARS or fee.period.end <= through + DAY


def _zeroed(
    row: LiveSubscription,
    gone: Iterable[UsageRated],
    run: Run,
    standing: Standing,
    ground: Ground,
) -> Iterator[UsageRated]:
    for each in gone:
        resubscribed = each.originator_id in standing.resubscribed
        position = reach(row, [each], ground)
        if found := zeroed(each, run, position, resubscribed=resubscribed):
            yield found


def _charged_fee(
    row: LiveSubscription, due_fee: DueFee, taken: Mapping[Key, Adjusted], run: Run, ground: Ground
) -> Iterator[ItemCharged]:
    fee, included = due_fee.fee, None
    if fee.version.tax_inclusive:
        day = fee.period.last if fee.timing == IN_ARREARS else fee.period.start
        included = rate_within(fee.item.tax or row.tax, day, ground)
    key = (row.subscription, *fee.key)
    if found := charge_fee(due_fee, run, taken.get(key), included):
        yield found


def _charged(
    candidate: Candidate,
    sets: Sequence[Measured],
    standing: Standing,
    taken: Mapping[Key, Adjusted],
    run: Run,
    ground: Ground,
) -> list[UsageRated]:
    """Return the next charges of a window; where its facts changed there is always one at least.

    Of the groups of an item only those are charged anew of which something changed. If all of them
    stand, the first takes note of the facts, for instance of usage that a filter leaves out.
    """
    row, window = candidate.row, candidate.due.window
    included = None
    if window.version.tax_inclusive:
        included = rate_within(window.item.tax or row.tax, window.period.last, ground)

    def next_charge(each: Measured, *, noted: bool = False) -> UsageRated | None:
        of_group = candidate.due.of_group(each.group)
        stream = of_group.previous.originator_id if of_group.previous else None
        group = label(each.group) if each.group else ""
        return charge(
            of_group,
            each,
            run,
            included,
            billed=stream in standing.billed,
            noted=noted,
            resubscribed=stream in standing.resubscribed,
            adjusted=taken.get((row.subscription, *window.key, group)),
        )

    made = [found for each in sets if (found := next_charge(each))]
    noted = [*candidate.due.groups, *made]
    seen = {(before.usage.facts, before.usage.digest) for before in noted}
    if candidate.due.groups and (sets[0].usage.facts, sets[0].usage.digest) not in seen:
        made += [found for each in sets[:1] if (found := next_charge(each, noted=True))]
    return made
