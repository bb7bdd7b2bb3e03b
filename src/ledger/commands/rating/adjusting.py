"""Where discounts and credit meet the charges of a batch, between pricing and charging.

Whatever takes off a charge depends on all charges of its account, so an account that has any is
looked at whole: every window is measured, those that hold a bound of a grant up to that day too.
Units are drawn first and lower the quantities to price; then discounts and money lower the amounts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ledger.catalog.prices import Graduated, Package, PerUnit, Volume
from ledger.commands.engine.ground import Ground
from ledger.commands.rating.apart import Apart
from ledger.commands.rating.carrying import exchange_of
from ledger.commands.rating.crediting import Credited
from ledger.commands.rating.measuring import Candidate, measured
from ledger.commands.rating.run_terms import rate_within, run_of
from ledger.commands.rating.standing import Standing
from ledger.credits.adjust import Demand, Span, adjust, rising
from ledger.credits.adjust import Ground as Terms
from ledger.credits.draws import ChargeKey, Draw, Need, cuts, draw
from ledger.money import ZERO, exactly
from ledger.periods import instant
from ledger.rating.adjustments import Adjusted
from ledger.rating.charge import Measured, priced
from ledger.rating.fee_charges import DueFee, policy_of
from ledger.rating.fees import IN_ARREARS, comes_to
from ledger.rating.groups import label
from ledger.reads.subscriptions import LiveSubscription

Key = tuple[str, str, date, str]
"""Subscription, item, first day, and the group's label or the timing of a fee."""

BY_QUANTITY = (PerUnit, Graduated, Volume, Package)
"""The price models that take one quantity; only they can draw units."""


@dataclass
class Batched:
    """What is to be charged of a batch before anything is taken off it."""

    usage: list[tuple[Candidate, Sequence[Measured]]] = field(default_factory=list)
    fees: list[tuple[LiveSubscription, DueFee]] = field(default_factory=list)


@dataclass
class Taken:
    """What is left of the charges that something is taken off, and every draw by account."""

    adjusted: dict[Key, Adjusted] = field(default_factory=dict)
    draws: dict[str, list[Draw]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Part:
    """One group of a window, and the same up to each cut: its own measurement comes last."""

    key: ChargeKey
    candidate: Candidate
    measured: Measured
    ends: tuple[tuple[Candidate, Measured], ...]

    @property
    def starts(self) -> tuple[date, ...]:
        """The first day of each of its spans."""
        cut = (before.due.window.rated_to for before, _ in self.ends[:-1])
        return self.candidate.due.window.charged_from, *cut


def adjusted(
    batched: Batched,
    has: Mapping[str, Credited],
    standing: Mapping[str, Standing],
    ground: Ground,
    apart: Apart,
) -> Taken:
    """Take off what discounts and credit take; units drawn are noted in what was measured."""
    taken = Taken()
    reached = [pair for pair in batched.usage if pair[0].row.account in has]
    parts: dict[str, list[_Part]] = {name: [] for name in has}
    for part in _parts(reached, has, ground):
        parts[part.candidate.row.account].append(part)
    drawn: dict[Key, Decimal] = {}
    for account, credit in has.items():
        fees = [pair for pair in batched.fees if pair[0].account == account]
        with apart.of(account):
            _adjust(parts[account], fees, credit, standing, ground, taken)
        for each in taken.draws.get(account, ()):
            if each.grant.units is not None:
                drawn[_key(each.key)] = drawn.get(_key(each.key), ZERO) + each.size
    batched.usage = [
        (c, [_with_units(c, each, drawn) for each in sets]) for c, sets in batched.usage
    ]
    return taken


def _parts(
    usage: Iterable[tuple[Candidate, Sequence[Measured]]],
    has: Mapping[str, Credited],
    ground: Ground,
) -> Iterator[_Part]:
    """Yield every group of every window, measured up to the bounds of the grants inside it."""
    usage = list(usage)
    asked = [cut for candidate, _ in usage for cut in _cut(candidate, has[candidate.row.account])]
    found: dict[tuple[str, str, date], list[tuple[Candidate, Sequence[Measured]]]] = {}
    for cut, cut_sets in measured(asked, ground):
        key_of_cut = (cut.row.subscription, *cut.due.window.key)
        found.setdefault(key_of_cut, []).append((cut, cut_sets))
    for candidate, sets in usage:
        window = candidate.due.window
        before = found.get((candidate.row.subscription, *window.key), [])
        before.sort(key=lambda pair: pair[0].due.window.rated_to)
        for each in sets:
            key = ChargeKey(
                window.period.start, candidate.row.subscription, window.item.item, _name(each)
            )
            ends = tuple((cut, _same_group(each, cut_sets)) for cut, cut_sets in before)
            yield _Part(key, candidate, each, (*ends, (candidate, each)))


def _cut(candidate: Candidate, has: Credited) -> Iterator[Candidate]:
    """Yield a window up to each day inside it on which a grant begins or is over."""
    window, zone = candidate.due.window, candidate.row.time_zone
    start, end, grants = window.charged_from, window.rated_to, has.granted
    days = {*cuts(grants, start, end), *cuts(grants, start, end, window.item.meter)}
    for day in sorted(days):
        shorter = replace(window, rated_to=day, window_to=instant(day, zone))
        yield replace(candidate, due=replace(candidate.due, window=shorter))


def _same_group(each: Measured, sets: Sequence[Measured]) -> Measured:
    """Return the same group of a shorter window; one that came later is empty there."""
    found = (other for other in sets if other.group == each.group)
    return next(found, replace(each, quantity=ZERO, parts=(), events=None, vanished=True))


@exactly
def _adjust(
    parts: Sequence[_Part],
    fees: Sequence[tuple[LiveSubscription, DueFee]],
    has: Credited,
    standing: Mapping[str, Standing],
    ground: Ground,
    taken: Taken,
) -> None:
    rows = [*(part.candidate.row for part in parts), *(row for row, _ in fees)]
    if not rows:
        return
    entity = ground.entity(rows[0].entity)
    standings = {each.granted.grant: each for each in has.grants}
    terms = Terms(
        rows[0].currency,
        entity.rounding,
        has.discounts,
        has.granted,
        lambda grant: exchange_of(standings[grant.grant], ground),
    )
    needs = [need for part in parts for need in _needs(part, ground)]
    units, _ = draw(terms.units(), needs, terms.mode, terms.exchange_of)
    demands = [_of_usage(part, units, ground) for part in parts]
    demands += [_of_fee(row, due, ground) for row, due in fees]
    found, money = adjust(demands, terms, units)
    rates = {demand.key: demand.included_rate for demand in demands}
    for key, each in found.items():
        if each.adjustments:
            kept = rates[key] is not None
            taken.adjusted[_key(key)] = _as_billed(key, each, standing) if kept else each
    taken.draws[rows[0].account] = [*units, *money]


def _needs(part: _Part, ground: Ground) -> list[Need]:
    """Return the units that a window used within days that lie inside or outside of each grant."""
    item = part.candidate.item
    if not isinstance(item.model, BY_QUANTITY):
        return []
    spans = _spans(part, [each.quantity for _, each in part.ends])
    return [
        Need(part.key, span.start, span.end, size, item.meter)
        for span, size in zip(spans, rising(spans), strict=True)
    ]


def _of_usage(part: _Part, units: Sequence[Draw], ground: Ground) -> Demand:
    """Return what a window came to by each cut, without the units that it drew by then."""
    row, window = part.candidate.row, part.candidate.due.window
    amounts = []
    for candidate, each in part.ends:
        end = candidate.due.window.rated_to
        drawn = sum((d.size for d in units if d.key == part.key and d.start < end), ZERO)
        amounts.append(priced(candidate.due.window, replace(each, drawn=drawn)).amount)
    rate = None
    if window.version.tax_inclusive:
        rate = rate_within(window.item.tax or row.tax, window.period.last, ground)
    spans = _spans(part, amounts)
    return Demand(part.key, "usage", window.period.last, amounts[-1], spans, rate)


def _spans(part: _Part, sizes: Sequence[Decimal]) -> tuple[Span, ...]:
    ends = (candidate.due.window.rated_to for candidate, _ in part.ends)
    return tuple(
        Span(start, end, size) for start, end, size in zip(part.starts, ends, sizes, strict=True)
    )


def _of_fee(row: LiveSubscription, due: DueFee, ground: Ground) -> Demand:
    fee, rate = due.fee, None
    day = fee.period.last if fee.timing == IN_ARREARS else fee.period.start
    if fee.version.tax_inclusive:
        rate = rate_within(fee.item.tax or row.tax, day, ground)
    amount = comes_to(fee, policy_of(run_of(row, day, ground)))
    key = ChargeKey(fee.period.start, row.subscription, fee.item.item, fee.timing)
    return Demand(key, fee.kind, day, amount, included_rate=rate)


def _as_billed(key: ChargeKey, each: Adjusted, standing: Mapping[str, Standing]) -> Adjusted:
    """Keep the tax within what was billed: its documents say it, whatever rate was set since."""
    stands = standing[key.subscription]
    before = stands.of(key)
    if before is None or before.originator_id not in stands.billed or before.due != each.due:
        return each
    was = {(a.kind, a.id): a for a in before.adjustments if a.amount or a.net}
    now = {(a.kind, a.id): a for a in each.adjustments}
    if {k: a.amount for k, a in was.items()} != {k: a.amount for k, a in now.items()}:
        return each
    nets = (replace(a, net=was[k].net) if a.kind in _NET_OF_TAX else a for k, a in now.items())
    return Adjusted(each.due, before.accrued, tuple(nets))


_NET_OF_TAX = ("discount", "promotional")


def _with_units(candidate: Candidate, each: Measured, drawn: Mapping[Key, Decimal]) -> Measured:
    size = drawn.get((candidate.row.subscription, *candidate.due.window.key, _name(each)))
    return each if size is None else replace(each, drawn=size)


def _name(each: Measured) -> str:
    return label(each.group) if each.group else ""


def _key(key: ChargeKey) -> Key:
    return key.subscription, key.item, key.period_from, key.group
