"""The days that recurring and one-time items are charged for, and what they come to.

A monthly fee of 99.00, cut on the 12th of a month of 31 days by an upgrade to 249.00:

    [1st, 12th)    round(99 × 31 ÷ 31) − round(99 × 20 ÷ 31)   = 99.00 − 63.87 = 35.13
    [12th, 1st)    round(249 × 20 ÷ 31) − 0                    = 160.65

Each is the rounded rest of the interval from its first day, less that from the day it ends, so cuts
telescope: whatever is cut later takes off exactly what the new window's rest would have been.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from ledger.catalog.overrides import parse_overrides
from ledger.catalog.records import OneTimeItem, PlanVersion, RecurringItem
from ledger.events.fact import Cause
from ledger.money import exactly, round_half, round_ratio
from ledger.periods import DAY, Cycle, Period, interval_of
from ledger.rating.schedule import DAILY, earned
from ledger.rating.timeline import Agreement, Terms, VersionsOf, timeline

FeeItem = RecurringItem | OneTimeItem
FeeKey = tuple[str, date, str]

IN_ADVANCE, IN_ARREARS, ONE_TIME = "in_advance", "in_arrears", "one_time"
RECURRING = "recurring"
NO_PRORATION = "none"

# No interval is longer: a cut beyond this does not touch a window that has begun.
AHEAD = timedelta(days=400)


@dataclass(frozen=True)
class Fee:
    """A fee for the days of ``period``, of which those before ``rated_to`` are counted.

    ``whole`` is the interval that it is a part of. Where an end of the subscription gives back what
    is not earned, ``full_to`` is the day up to which it would be charged without that.
    """

    subscription: str
    item: FeeItem
    version: PlanVersion
    quantity: Decimal
    period: Period
    whole: Period
    rated_to: date
    full_to: date | None = None
    causes: tuple[Cause, ...] = field(default=(), compare=False)

    @property
    def kind(self) -> str:
        """The kind of its item."""
        return RECURRING if isinstance(self.item, RecurringItem) else ONE_TIME

    @property
    def timing(self) -> str:
        """in_advance, in_arrears or one_time: what tells charges of one item and day apart."""
        return self.item.timing if isinstance(self.item, RecurringItem) else ONE_TIME

    @property
    def key(self) -> FeeKey:
        """What tells the fees of one subscription apart."""
        return self.item.item, self.period.start, self.timing

    @property
    def rests(self) -> bool:
        """Say whether it is in proportion to its days."""
        return isinstance(self.item, RecurringItem) and self.item.proration != NO_PRORATION

    def upto(self, day: date) -> "Fee":
        """Return it counted up to a day, if it is one that grows from day to day."""
        grows = self.timing == IN_ARREARS
        return replace(self, rated_to=min(self.period.end, day)) if grows else self


@dataclass(frozen=True)
class Policy:
    """How an entity rounds its currency, and how it earns what is paid in advance."""

    places: int = 2
    mode: str = "half_up"
    schedule: str = DAILY


@dataclass(frozen=True)
class Span:
    """Days on which an item stays the same; ``terms`` are all that hold in them."""

    start: date
    end: date
    item: FeeItem
    quantity: Decimal
    terms: tuple[Terms, ...]

    def on(self, day: date) -> Terms:
        """Return the terms of a day."""
        return next(terms for terms in reversed(self.terms) if terms.start <= day)

    def same(self, other: "Span") -> bool:
        """Say whether another span goes on as this one."""
        inclusive = {terms.version.tax_inclusive for terms in (*self.terms, *other.terms)}
        return (
            self.end == other.start
            and (self.item, self.quantity) == (other.item, other.quantity)
            and len(inclusive) == 1
        )


def fees(agreement: Agreement, versions_of: VersionsOf, through: date) -> tuple[Fee, ...]:
    """Return the fees that begin by the end of a day, in the order of time and item."""
    if not any(version.fee_items for version in agreement.versions(versions_of)):
        return ()
    terms = timeline(agreement, versions_of, through + AHEAD)
    found = [
        fee
        for spans in _spans(agreement, terms).values()
        for fee in (
            _one_time(agreement, spans[0])
            if isinstance(spans[0].item, OneTimeItem)
            else _recurring(agreement, spans, through)
        )
        if fee.period.start <= through
    ]
    return tuple(sorted(found, key=lambda fee: (fee.period.start, fee.item.item)))


@exactly
def comes_to(fee: Fee, policy: Policy) -> Decimal:
    """Return what a fee comes to by ``rated_to``, in minor units and as prices state it."""
    price = fee.item.amount * fee.quantity
    if isinstance(fee.item, OneTimeItem):
        return round_half(price, policy.places, policy.mode)
    start, end = fee.period.start, fee.full_to or fee.period.end
    if fee.full_to is not None:
        whole = _between(fee, price, start, end, policy)
        return earned(
            whole, start, end, fee.period.end, policy.schedule, policy.places, policy.mode
        )
    if fee.timing == IN_ADVANCE:
        return _between(fee, price, start, end, policy)
    if fee.rests:
        return _between(fee, price, start, fee.rated_to, policy)
    days = Decimal((fee.rated_to - start).days), Decimal((end - start).days)
    return round_ratio(price, *days, policy.places, policy.mode)


def _between(fee: Fee, price: Decimal, start: date, end: date, policy: Policy) -> Decimal:
    """Return the rounded rest of the interval from a day, less that from another day."""
    if not fee.rests:
        return round_half(price, policy.places, policy.mode)
    of = Decimal((fee.whole.end - fee.whole.start).days)

    def rest(day: date) -> Decimal:
        left = Decimal((fee.whole.end - day).days)
        return round_ratio(price, left, of, policy.places, policy.mode)

    return rest(start) - rest(end)


def _spans(agreement: Agreement, terms: Sequence[Terms]) -> dict[tuple[str, str], list[Span]]:
    """Return the spans of every item with a fee, by name, without the days of a trial.

    Of a one-time item only the first day matters, so kinds that share a name are kept apart.
    """
    negotiated = parse_overrides(agreement.started.overrides)
    trial = agreement.started.trial_until or date.min
    found: dict[tuple[str, str], list[Span]] = {}
    for each in terms:
        start = max(each.start, trial)
        for item in each.version.fee_items if start < each.end else ():
            amount = negotiated.get(item.item)
            if isinstance(amount, Decimal):
                item = replace(item, amount=amount)
            span = Span(start, each.end, item, each.how_many(item.item), (each,))
            kind = RECURRING if isinstance(item, RecurringItem) else ONE_TIME
            spans = found.setdefault((item.item, kind), [])
            if spans and spans[-1].same(span):
                last = spans.pop()
                span = replace(span, start=last.start, terms=(*last.terms, each))
            spans.append(span)
    return found


def _one_time(agreement: Agreement, span: Span) -> Iterator[Fee]:
    """Yield the fee for an item that is charged once: on the first day it applies."""
    yield _fee(agreement, span, Period(span.start, span.start + DAY), None)


def _recurring(agreement: Agreement, spans: Sequence[Span], through: date) -> Iterator[Fee]:
    """Yield a fee for each interval of each span.

    Without proration an interval is charged once, at what holds on its first day; what holds later
    counts from the next interval on.
    """
    charged_to = date.min
    for span in spans:
        assert isinstance(span.item, RecurringItem), span
        cycle = Cycle(span.item.interval, agreement.started.anchor, agreement.started.starts_on)
        day = max(span.start, charged_to)
        while day < span.end and day <= through:
            whole = interval_of(day, cycle)
            fee = _cut(agreement, span, day, whole)
            yield fee
            charged_to = day = whole.end if not fee.rests else min(whole.end, span.end)


def _cut(agreement: Agreement, span: Span, start: date, whole: Period) -> Fee:
    """Cut an interval where its span ends: for good, or only at an end that gives back."""
    assert isinstance(span.item, RecurringItem), span
    end = whole.end if span.item.proration == NO_PRORATION else min(whole.end, span.end)
    ended = agreement.ended
    if ended is None or not span.end == ended.ends_on < whole.end:
        return _fee(agreement, span, Period(start, end), whole)
    if span.item.timing == IN_ARREARS:
        return _fee(agreement, span, Period(start, ended.ends_on), whole, ended.cause)
    if not ended.credit_unused:
        return _fee(agreement, span, Period(start, whole.end), whole)
    fee = _fee(agreement, span, Period(start, ended.ends_on), whole, ended.cause)
    return replace(fee, full_to=whole.end)


def _fee(
    agreement: Agreement, span: Span, period: Period, whole: Period | None, *causes: Cause
) -> Fee:
    terms = span.on(period.start)
    return Fee(
        subscription=agreement.started.subscription,
        item=span.item,
        version=terms.version,
        quantity=span.quantity,
        period=period,
        whole=whole or period,
        rated_to=period.end,
        causes=(*terms.causes, *causes),
    )
