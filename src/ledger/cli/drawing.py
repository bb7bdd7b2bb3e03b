"""The figures that a report declares for those who look rather than read, as bars.

In a terminal as blocks with the figures beside them, in a file as SVG. Nothing is computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from rich.bar import Bar
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ledger.documents import words
from ledger.documents.chart import FULL, Chart, Value, bars
from ledger.documents.svg import svg

WIDTH: Final = 48


@dataclass(frozen=True)
class Drawing:
    """A row of figures in one currency, in order, and what they are together."""

    title: str
    currency: str
    figures: Sequence[tuple[str, Decimal]]


def worth(drawings: Sequence[Drawing]) -> list[Drawing]:
    """Return those that show anything."""
    return [each for each in drawings if any(amount for _, amount in each.figures)]


def as_svg(drawings: Sequence[Drawing]) -> bytes:
    """Return drawings that show something as one SVG file."""
    return svg("; ".join(each.title for each in drawings), [_chart(each) for each in drawings])


def as_bars(drawings: Sequence[Drawing]) -> RenderableType:
    """Return drawings that show something for a terminal."""
    parts: list[RenderableType] = []
    for each in drawings:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
        table.add_column()
        table.add_column(justify="right")
        table.add_column()
        for (name, amount), bar in zip(each.figures, _chart(each).bars, strict=True):
            drawn = Bar(FULL, bar.y, bar.y + bar.height, width=WIDTH)
            table.add_row(name, words.amount(amount, each.currency), drawn)
        parts += [Text(_title(each), style="bold"), table]
    return Group(*parts)


def _chart(drawing: Drawing) -> Chart:
    values = [
        Value(name, f"{name}: {words.amount(amount, drawing.currency)} {drawing.currency}", amount)
        for name, amount in drawing.figures
    ]
    chart = bars(_title(drawing), values)
    assert chart is not None, "a drawing of nothing is left out before"
    return chart


def _title(drawing: Drawing) -> str:
    return f"{drawing.title} ({drawing.currency})"
