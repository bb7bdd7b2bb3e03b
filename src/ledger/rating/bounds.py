"""What an item takes off or adds after its model: percent discount, then minimum, then maximum.

None is a charge of its own: each is a part of the item's charge, so that the parts sum to it.
"""

from dataclasses import dataclass
from decimal import Decimal

from ledger.catalog.records import UsageItem
from ledger.events.billing import TierCharge
from ledger.money import ZERO, round_ratio, trimmed
from ledger.rating.events import percent_of

PLACES = 12


@dataclass(frozen=True)
class Term:
    """How many days of its interval a window is charged for, and whether its period is finished.

    A period that a change of plan cut, or that began late, has its share of the bounds.
    """

    days: int = 1
    of: int = 1
    finished: bool = True


def bounded(item: UsageItem, parts: tuple[TierCharge, ...], term: Term) -> tuple[TierCharge, ...]:
    """Return the parts with those that the item's discount and bounds add."""
    found = list(parts)
    amount = sum((part.amount for part in parts), ZERO)
    if item.discount_percent and amount:
        off = -percent_of(item.discount_percent, amount)
        found.append(_part("discount", off, rate=item.discount_percent))
        amount += off
    if item.minimum is not None and term.finished:
        least = _share(item.minimum, term)
        if amount < least:
            found.append(_part("minimum", least - amount))
            amount = least
    if item.maximum is not None:
        most = _share(item.maximum, term)
        if amount > most:
            found.append(_part("maximum", most - amount))
    return tuple(found)


def _share(bound: Decimal, term: Term) -> Decimal:
    """Return a bound in proportion to the days, to 12 decimals where that is not exact."""
    if term.days == term.of:
        return bound
    return round_ratio(bound, Decimal(term.days), Decimal(term.of), PLACES)


def _part(kind: str, amount: Decimal, rate: Decimal | None = None) -> TierCharge:
    return TierCharge(ZERO, trimmed(amount), kind=kind, rate=rate)
