"""Commitments: what is missing of an agreed minimum, at its end or as a line over its days.

A minimum of 3,000.00 a quarter of which 30 of 90 days are over stands at 1,000.00; with 400.00 of
usage to date 600.00 are missing. As billed, nothing is until the quarter is over.

An interval is cut where another minimum begins to hold, and where the subscription starts or ends;
what is left of it has its days' part of the minimum.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from ledger.catalog.overrides import parse_overrides
from ledger.catalog.records import CommitmentItem, PlanVersion
from ledger.events.charges import Adjustment
from ledger.events.fact import Cause
from ledger.money import ZERO, digits, round_money, round_ratio
from ledger.periods import DAY, Cycle, Period, interval_of
from ledger.rating.timeline import Agreement, Terms, VersionsOf, timeline

AS_BILLED, STRAIGHT_LINE = "as_billed", "straight_line"

# No interval is longer: a cut beyond this does not touch one that has begun.
AHEAD = timedelta(days=400)


@dataclass(frozen=True)
class Commitment:
    """A minimum for the days of ``period``, part of the interval ``whole``, up to ``rated_to``."""

    subscription: str
    item: CommitmentItem
    version: PlanVersion
    period: Period
    whole: Period
    rated_to: date
    causes: tuple[Cause, ...] = field(default=(), compare=False)

    @property
    def key(self) -> tuple[str, date, str]:
        """What tells the commitments of one subscription apart."""
        return self.item.item, self.period.start, self.item.policy

    def stands_at(self, mode: str = "half_up") -> Decimal:
        """Return the part of the minimum for the days before ``rated_to``, in minor units.

        Parts of one interval that follow each other sum to the parts of the whole.
        """
        return self._rest(self.period.start, mode) - self._rest(self.rated_to, mode)

    def _rest(self, day: date, mode: str) -> Decimal:
        days = Decimal((self.whole.end - self.whole.start).days)
        left = Decimal((self.whole.end - day).days)
        return round_ratio(self.item.amount, left, days, digits(self.version.currency), mode)


def shortfall(commitment: Commitment, usage: Iterable[Decimal], mode: str = "half_up") -> Decimal:
    """Return what is missing by ``rated_to``; ``usage`` are the net charges of those days."""
    nothing = round_money(ZERO, commitment.version.currency)
    if commitment.item.policy == AS_BILLED and commitment.rated_to < commitment.period.end:
        return nothing
    return max(commitment.stands_at(mode) - sum(usage, ZERO), nothing)


def counts(due: Decimal, adjustments: Iterable[Adjustment]) -> Decimal:
    """Return what a usage charge counts towards a minimum: credit that it drew counts as paid."""
    paid = (
        each.net if each.kind == "units" else each.amount
        for each in adjustments
        if each.kind != "discount"
    )
    return due + sum(paid, ZERO)


def commitments(
    agreement: Agreement, versions_of: VersionsOf, through: date
) -> tuple[Commitment, ...]:
    """Return the commitments that begin by the end of a day, counted up to that, in order."""
    if not any(version.commitment_items for version in agreement.versions(versions_of)):
        return ()
    terms = timeline(agreement, versions_of, through + AHEAD)
    found = [
        each
        for spans in _spans(agreement, terms).values()
        for span in spans
        for each in _intervals(agreement, span, through)
    ]
    return tuple(sorted(found, key=lambda each: (each.period.start, each.item.item)))


@dataclass(frozen=True)
class _Span:
    """Days on which a minimum stays the same."""

    start: date
    end: date
    item: CommitmentItem
    terms: Terms

    def goes_on(self, after: "_Span") -> bool:
        inclusive = self.terms.version.tax_inclusive == after.terms.version.tax_inclusive
        return self.end == after.start and self.item == after.item and inclusive


def _spans(agreement: Agreement, terms: Sequence[Terms]) -> dict[str, list[_Span]]:
    """Return the spans of every commitment by name, without the days of a trial."""
    negotiated = parse_overrides(agreement.started.overrides)
    trial = agreement.started.trial_until or date.min
    found: dict[str, list[_Span]] = {}
    for each in terms:
        start = max(each.start, trial)
        for item in each.version.commitment_items if start < each.end else ():
            amount = negotiated.get(item.item)
            if isinstance(amount, Decimal):
                item = replace(item, amount=amount)
            span = _Span(start, each.end, item, each)
            spans = found.setdefault(item.item, [])
            if spans and spans[-1].goes_on(span):
                last = spans.pop()
                span = replace(last, end=span.end)
            spans.append(span)
    return found


def _intervals(agreement: Agreement, span: _Span, through: date) -> Iterator[Commitment]:
    started = agreement.started
    cycle = Cycle(span.item.interval, started.anchor, started.starts_on)
    day = span.start
    while day < span.end and day <= through:
        whole = interval_of(day, cycle)
        end = min(whole.end, span.end)
        yield Commitment(
            subscription=started.subscription,
            item=span.item,
            version=span.terms.version,
            period=Period(day, end),
            whole=whole,
            rated_to=min(end, through + DAY),
            causes=span.terms.causes,
        )
        day = end
