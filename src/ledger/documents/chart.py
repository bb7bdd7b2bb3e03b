"""A chart as bars in thousandths of the drawing, which any form can scale: of usage by day, or of
figures by month or class.

The axis runs from zero (or a negative low) to the next round number above the highest day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
    """One figure: where its bar starts and how wide and high it is, in thousandths."""

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


@dataclass(frozen=True)
class Value:
    """A figure to draw: what stands under its bar, and what is told of it in words."""

    short: str
    label: str
    amount: Decimal


def chart(usage: Usage) -> Chart | None:
    """Return the chart of a meter's usage, or None where there was none."""
    unit = f" ({usage.unit})" if usage.unit else ""
    each = f" {usage.unit}" if usage.unit else ""
    values = [
        Value(
            f"{day.day} {words.MONTHS[day.month - 1][:3]}",
            f"{words.day(day)}: {words.number(value)}{each}",
            value,
        )
        for day, value in usage.days
    ]
    return bars(f"{usage.meter}{unit}, per day (UTC)", values)


def bars(title: str, values: Sequence[Value]) -> Chart | None:
    """Return the bars of some figures, or None where all are zero."""
    amounts = [value.amount for value in values]
    if not any(amounts):
        return None
    step = _step(max(max(amounts), ZERO) - min(min(amounts), ZERO))
    low, high = -_up(-min(amounts), step), _up(max(amounts), step)
    count = len(values)
    drawn = [_bar(place, count, value, low, high) for place, value in enumerate(values)]
    ticks = [low + step * n for n in range(int((high - low) / step) + 1)]
    every = -(-count // _LABELS_MAX)
    across = [
        Mark((2 * place + 1) * FULL // (2 * count), value.short)
        for place, value in enumerate(values)
        if place % every == 0
    ]
    up = [Mark(_place(tick, low, high), words.number(tick)) for tick in ticks]
    return Chart(title, tuple(drawn), tuple(across), tuple(up))


def _bar(place: int, count: int, value: Value, low: Decimal, high: Decimal) -> Bar:
    start, end = place * FULL // count, (place + 1) * FULL // count
    gap = (end - start) // 5
    zero, top = _place(ZERO, low, high), _place(value.amount, low, high)
    return Bar(value.label, start + gap, end - start - 2 * gap, min(zero, top), abs(top - zero))


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
