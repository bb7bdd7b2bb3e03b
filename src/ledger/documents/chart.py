"""A chart of daily usage as bars in thousandths of the drawing, which any form can scale.

The axis runs from zero (or a negative low) to the next round number above the highest day.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from ledger.documents import words
from ledger.documents.document import Usage
from ledger.money import ZERO, round_ratio

FULL: Final = 1000
_TICKS_MAX: Final = 4
_LABELS_MAX: Final = 8


@dataclass(frozen=True)
class Bar:
    """One day: where its bar starts and how wide and high it is, in thousandths."""

    label: str
    x: int
    width: int
    y: int
    height: int


@dataclass(frozen=True)
class Mark:
    """A place on an axis, in thousandths from its start, and what is written there."""

    place: int
    text: str


@dataclass(frozen=True)
class Chart:
    """Bars with marks; places on the y axis count from the bottom."""

    title: str
    bars: tuple[Bar, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]


def chart(usage: Usage) -> Chart | None:
    """Return the chart of a meter's usage, or None where there was none."""
    values = [value for _, value in usage.days]
    if not any(values):
        return None
    step = _step(max(max(values), ZERO) - min(min(values), ZERO))
    low, high = -_up(-min(values), step), _up(max(values), step)
    count = len(usage.days)
    bars = [
        _bar(place, count, day, value, low, high, usage.unit)
        for place, (day, value) in enumerate(usage.days)
    ]
    ticks = [low + step * n for n in range(int((high - low) / step) + 1)]
    every = -(-count // _LABELS_MAX)
    days = [
        Mark((2 * place + 1) * FULL // (2 * count), f"{day.day} {words.MONTHS[day.month - 1][:3]}")
        for place, (day, _) in enumerate(usage.days)
        if place % every == 0
    ]
    unit = f" ({usage.unit})" if usage.unit else ""
    return Chart(
        f"{usage.meter}{unit}, per day (UTC)",
        tuple(bars),
        tuple(days),
        tuple(Mark(_place(tick, low, high), words.number(tick)) for tick in ticks),
    )


def _bar(
    place: int, count: int, day: date, value: Decimal, low: Decimal, high: Decimal, unit: str | None
) -> Bar:
    start, end = place * FULL // count, (place + 1) * FULL // count
    gap = (end - start) // 5
    zero, top = _place(ZERO, low, high), _place(value, low, high)
    label = f"{words.day(day)}: {words.number(value)}{f' {unit}' if unit else ''}"
    return Bar(label, start + gap, end - start - 2 * gap, min(zero, top), abs(top - zero))


def _place(value: Decimal, low: Decimal, high: Decimal) -> int:
    return int(round_ratio(value - low, Decimal(FULL), high - low, 0))


def _up(value: Decimal, step: Decimal) -> Decimal:
    """Return the multiple of ``step`` at or above a value, and zero for what is below it."""
    whole, rest = divmod(max(value, ZERO), step)
    return (whole + (1 if rest else 0)) * step


def _step(span: Decimal) -> Decimal:
    """Return the smallest of 1, 2, 5 × 10^n of which few make up the span."""
    power = Decimal(1).scaleb(span.adjusted() - 1)
    for factor in (1, 2, 5, 10, 20, 50):
        if span <= power * factor * _TICKS_MAX:
            return power * factor
    raise AssertionError(span)
