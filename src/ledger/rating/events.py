"""Prices of events one by one: percentages with allowances, and prices that events carry.

SQL does the same in sets (``measure_percentages``, ``measure_prices``); what leaves the database is
the sums here, never the events. A percentage of 2 with 3 free events or 100 free, over values of
60, 60 and 60: the first is free, of the second 20 pay, the third pays whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ledger.catalog.prices import Percentage
from ledger.events.billing import TierCharge, Unpriced
from ledger.money import EXACT, ZERO, exactly, trimmed


@dataclass(frozen=True)
class Percents:
    """What a percentage model made of a set: values that were free and that paid, by event.

    ``raised`` and ``lowered`` are what the least and the most for an event changed.
    """

    free_count: int
    free_value: Decimal
    paid_count: int
    paid_value: Decimal
    raised: Decimal
    lowered: Decimal


@dataclass(frozen=True)
class Carried:
    """The prices that a set's events carry; ``unpriced`` are those that carry none."""

    count: int
    quantity: Decimal
    amount: Decimal
    unpriced_count: int
    unpriced_quantity: Decimal


NO_PERCENTS = Percents(0, ZERO, 0, ZERO, ZERO, ZERO)
NO_PRICES = Carried(0, ZERO, ZERO, 0, ZERO)


@exactly
def percents(model: Percentage, values: Iterable[Decimal]) -> Percents:
    """Price the values of events, in the order of time, then position.

    Allowances end with whichever is used up first, for good: a negative value gives nothing back.
    """
    free_count = paid_count = 0
    free_value = paid_value = raised = lowered = total = highest = ZERO
    for number, value in enumerate(values, start=1):
        before, total = highest, total + value
        highest = max(highest, total)
        base = _paying(model, number, before, total, value)
        if base is None:
            free_count, free_value = free_count + 1, free_value + value
            continue
        fee = model.fixed + percent_of(model.rate, base)
        least = fee if model.min_per_event is None else max(fee, model.min_per_event)
        most = least if model.max_per_event is None else min(least, model.max_per_event)
        paid_count, paid_value = paid_count + 1, paid_value + base
        free_value += value - base
        raised, lowered = raised + least - fee, lowered + most - least
    return Percents(free_count, free_value, paid_count, paid_value, raised, lowered)


def parts_of_percents(model: Percentage, found: Percents) -> tuple[TierCharge, ...]:
    """Return the parts of a charge by percentage: free, rate, fees, and what the bounds changed."""
    parts = []
    if found.free_count or found.free_value:
        parts.append(_part("free", found.free_value, ZERO, count=found.free_count))
    if found.paid_count:
        amount = percent_of(model.rate, found.paid_value)
        parts.append(
            _part("percentage", found.paid_value, amount, rate=model.rate, count=found.paid_count)
        )
        if model.fixed:
            count = Decimal(found.paid_count)
            parts.append(_part("fixed", count, count * model.fixed, unit=model.fixed))
    if found.raised:
        parts.append(_part("min_per_event", ZERO, found.raised))
    if found.lowered:
        parts.append(_part("max_per_event", ZERO, found.lowered))
    return tuple(parts)


def parts_of_carried(found: Carried) -> tuple[tuple[TierCharge, ...], Unpriced | None]:
    """Return the one part of a charge by carried prices, and what carries none."""
    part = _part("dynamic", found.quantity, found.amount, count=found.count)
    unpriced = Unpriced(found.unpriced_count, trimmed(found.unpriced_quantity))
    return (part,) if found.count else (), unpriced if found.unpriced_count else None


def percent_of(rate: Decimal, value: Decimal) -> Decimal:
    """Return so many per cent of a value, exactly."""
    return EXACT.multiply(rate, value).scaleb(-2, EXACT)


def _paying(
    model: Percentage, number: int, before: Decimal, total: Decimal, value: Decimal
) -> Decimal | None:
    """Return how much of an event's value pays, or none where the event is free.

    ``before`` is the highest the sum of values was before the event, ``total`` the sum with it.
    """
    if model.free_events is None and model.free_amount is None:
        return value
    if model.free_events is not None and number > model.free_events:
        return value
    if model.free_amount is None:
        return None
    if before >= model.free_amount:
        return value
    return total - model.free_amount if total > model.free_amount else None


def _part(
    kind: str,
    quantity: Decimal,
    amount: Decimal,
    *,
    unit: Decimal | None = None,
    rate: Decimal | None = None,
    count: int | None = None,
) -> TierCharge:
    return TierCharge(trimmed(quantity), trimmed(amount), unit, kind=kind, rate=rate, count=count)
