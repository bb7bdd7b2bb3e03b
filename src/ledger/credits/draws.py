"""Who draws which grant: needs in the order of time, grants first in, first out by expiry.

A need is what a charge could draw within days that lie wholly inside or outside of each grant, so
a window that holds a bound of a grant comes as several needs.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ledger.credits.grants import cost_of, days_of, fifo, reaches, size_of, worth_of
from ledger.events.credit import CreditGranted
from ledger.events.exchange import Exchange
from ledger.money import ZERO, exactly

ExchangeOf = Callable[[CreditGranted], Exchange | None]
"""At which exchange a grant is carried in the books; none where that is its own currency."""


def own_currency(_: CreditGranted) -> None:
    """Say that a grant is carried in its own currency."""


class ChargeKey(NamedTuple):
    """Which charge stream: in the order in which charges draw."""

    period_from: date
    subscription: str
    item: str
    group: str = ""


@dataclass(frozen=True)
class Need:
    """What a charge could draw in the days [``start``, ``end``): money, or units of a ``meter``."""

    key: ChargeKey
    start: date
    end: date
    size: Decimal
    meter: str | None = None


@dataclass(frozen=True)
class Draw:
    """So much of a grant drawn by a charge, from a day on, and what of the price that costs.

    ``worth`` is that cost in the entity's currency, where that is another.
    """

    grant: CreditGranted
    key: ChargeKey
    size: Decimal
    cost: Decimal
    start: date
    worth: Decimal | None = None


@exactly
def draw(
    grants: Iterable[CreditGranted],
    needs: Iterable[Need],
    mode: str = "half_up",
    exchange_of: ExchangeOf = own_currency,
) -> tuple[list[Draw], list[Need]]:
    """Let the needs draw the grants; return the draws in their order, and what is still needed.

    A grant is never drawn beyond its size; a need below zero draws nothing. What all draws of a
    grant cost, and are worth, is rounded once: the last one takes what is left.
    """
    ranked = sorted(grants, key=fifo)
    left = {grant.grant: size_of(grant) for grant in ranked}
    draws: list[Draw] = []
    open_needs: list[Need] = []
    for need in sorted(needs, key=lambda need: (need.start, need.key)):
        wanted = need.size
        for grant in ranked:
            taken = min(wanted, left[grant.grant])
            if taken > 0 and reaches(grant, need.start, need.end, need.meter):
                used = size_of(grant) - left[grant.grant]
                before, after = cost_of(grant, used, mode), cost_of(grant, used + taken, mode)
                worth = worth_of(before, after, exchange_of(grant), mode)
                draws.append(Draw(grant, need.key, taken, after - before, need.start, worth))
                left[grant.grant] -= taken
                wanted -= taken
        open_needs.append(replace(need, size=wanted))
    return draws, open_needs


def cuts(
    grants: Iterable[CreditGranted], start: date, end: date, meter: str | None = None
) -> tuple[date, ...]:
    """Return the days inside (``start``, ``end``) on which a grant of this kind begins or is over.

    A window is measured up to each of them, and a charge needs what lies between.
    """
    bounds = {
        bound
        for grant in grants
        if grant.meter == meter
        for bound in days_of(grant)
        if bound is not None and start < bound < end
    }
    return tuple(sorted(bounds))


def used_by(draws: Sequence[Draw]) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what was drawn of each grant, and what that cost."""
    used: dict[str, tuple[Decimal, Decimal]] = {}
    for each in draws:
        size, cost = used.get(each.grant.grant, (ZERO, ZERO))
        used[each.grant.grant] = size + each.size, cost + each.cost
    return used
