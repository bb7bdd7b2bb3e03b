"""All of an account's charges, discounts and money grants at once: what takes off which charge.

In this order: discounts (all kinds but commitments and grants), promotional credit, prepaid money;
credit is drawn by usage only. Units were drawn before pricing and come along as they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from ledger.credits.discounts import Priced, discounted
from ledger.credits.draws import ChargeKey, Draw, ExchangeOf, Need, draw, own_currency
from ledger.events.charges import Adjustment
from ledger.events.credit import CreditGranted, DiscountAdded
from ledger.money import EXACT, HUNDRED, ZERO, allocate, digits, exactly, round_money, round_ratio
from ledger.rating.adjustments import Adjusted

PROMOTIONAL, PREPAID = "promotional", "prepaid"


@dataclass(frozen=True)
class Span:
    """Some days of a window, and what the window came to by their end: exact, cumulative."""

    start: date
    end: date
    amount: Decimal


@dataclass(frozen=True)
class Demand:
    """A charge as it was priced, before what takes off it.

    ``amount`` is exact, as prices state it; ``included_rate`` is the tax within it, per cent, or
    none where tax comes on top. ``spans`` are its days, cut where a grant begins or is over.
    """

    key: ChargeKey
    kind: str
    billed_on: date
    amount: Decimal
    spans: tuple[Span, ...] = ()
    included_rate: Decimal | None = None


@dataclass(frozen=True)
class Ground:
    """What an account has, how its entity rounds, and at what it carries what was bought."""

    currency: str
    mode: str = "half_up"
    discounts: Sequence[DiscountAdded] = ()
    grants: Sequence[CreditGranted] = ()
    exchange_of: ExchangeOf = own_currency

    def money(self, kind: str) -> list[CreditGranted]:
        """Return the grants of money of a kind."""
        return [grant for grant in self.grants if grant.amount is not None and grant.kind == kind]

    def units(self) -> list[CreditGranted]:
        """Return the grants of usage units."""
        return [grant for grant in self.grants if grant.units is not None]


@exactly
def adjust(
    demands: Iterable[Demand], ground: Ground, units: Sequence[Draw] = ()
) -> tuple[dict[ChargeKey, Adjusted], list[Draw]]:
    """Return what is due of every charge, and every draw of money in its order.

    ``units`` are the draws that lowered the quantities before these were priced. The ``posted`` of
    the adjustments is not known here: it is against the charge before.
    """
    rows = {demand.key: _Row(demand, ground) for demand in demands}
    priced = [Priced(r.demand.key, r.demand.kind, r.demand.billed_on, r.due) for r in rows.values()]
    for each in units:
        rows[each.key].note("units", each, ZERO, each.size)
    for key, taken in discounted(priced, ground.discounts, ground.currency, ground.mode).items():
        for discount, amount in taken:
            rows[key].lower("discount", discount, amount)
    needs = [need for row in rows.values() for need in row.needs()]
    given, needs = draw(ground.money(PROMOTIONAL), needs, ground.mode)
    bought, _ = draw(ground.money(PREPAID), needs, ground.mode, ground.exchange_of)
    for each in given:
        rows[each.key].lower(PROMOTIONAL, each.grant.grant, each.size)
    for each in bought:
        rows[each.key].draw(each)
    return {key: row.adjusted() for key, row in rows.items()}, given + bought


@dataclass
class _Row:
    """One charge while it is lowered."""

    demand: Demand
    ground: Ground
    due: Decimal = field(init=False)
    taken: dict[tuple[str, str], Adjustment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.due = round_money(self.demand.amount, self.ground.currency, self.ground.mode)

    def lower(self, kind: str, name: str, amount: Decimal) -> None:
        """Take an amount off; without included tax it is what 4090 is debited with."""
        before = self.net()
        self.due -= amount
        self._add(Adjustment(kind, name, amount, before - self.net(), ZERO))

    def draw(self, each: Draw) -> None:
        """Take off what a prepaid grant pays; its cost is what 2110 is debited with."""
        self.due -= each.size
        self.note(PREPAID, each, each.size)

    def note(self, kind: str, each: Draw, amount: Decimal, units: Decimal | None = None) -> None:
        """Add what a draw of a grant that was bought takes off, and costs."""
        grant, cost, worth = each.grant.grant, each.cost, each.worth
        self._add(Adjustment(kind, grant, amount, cost, ZERO, units, worth=worth))

    def _add(self, more: Adjustment) -> None:
        """Add to what one discount or grant takes off."""
        have = self.taken.get((more.kind, more.id))
        self.taken[more.kind, more.id] = replace(
            more,
            amount=round_money(more.amount + (have.amount if have else ZERO), self.ground.currency),
            net=more.net + (have.net if have else ZERO),
            units=_plus(more.units, have.units if have else None),
            worth=_plus(more.worth, have.worth if have else None),
        )

    def needs(self) -> list[Need]:
        """Return what the days of a usage charge could draw; together that is what is due."""
        spans = self.demand.spans
        if self.demand.kind != "usage" or self.due <= 0 or not spans:
            return []
        parts = allocate(self.due, rising(spans), digits(self.ground.currency))
        return [
            Need(self.demand.key, span.start, span.end, part)
            for span, part in zip(spans, parts, strict=True)
        ]

    def net(self) -> Decimal:
        """Return what is due without the tax that prices include."""
        rate, places = self.demand.included_rate, digits(self.ground.currency)
        if rate is None:
            return self.due
        return round_ratio(self.due, HUNDRED, EXACT.add(HUNDRED, rate), places, self.ground.mode)

    def adjusted(self) -> Adjusted:
        return Adjusted(self.due, self.net(), tuple(self.taken.values()))


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return one if other is None else other if one is None else one + other


def rising(spans: Sequence[Span]) -> list[Decimal]:
    """Return what each of the spans adds to the amount; none of it is negative.

    An amount that falls as usage grows (a cheaper volume tier) had never been reached: 90, 120, 100
    adds 90, 10, 0.
    """
    low = spans[-1].amount
    reached: list[Decimal] = []
    for span in reversed(spans):
        low = max(min(low, span.amount), ZERO)
        reached.append(low)
    reached.append(ZERO)
    reached.reverse()
    return [EXACT.subtract(after, before) for before, after in pairwise(reached)]
