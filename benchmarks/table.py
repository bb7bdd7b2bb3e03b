"""The one table of all benchmarks: what was done, how fast, beside whom, and what was hoped for."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One line: our figure, the peer's in the same run, their ratio, and the goal of the design."""

    work: str
    ours: str
    peer: str = ""
    ratio: str = ""
    goal: str = ""


def show(figures: Iterable[Figure]) -> None:
    """Print the figures as one table."""
    table = Table(box=None, header_style="bold")
    for name in ("Work", "Ours", "Beside", "Ratio", "Goal"):
        table.add_column(name, overflow="fold")
    for figure in figures:
        table.add_row(figure.work, figure.ours, figure.peer, figure.ratio, figure.goal)
    Console(width=None if sys.stdout.isatty() else 180).print(table)


def main(measure: Callable[[], Iterable[Figure]]) -> None:
    """Measure and print: a table, or with ``--json`` one JSON object a line as it comes."""
    if "--json" not in sys.argv:
        show(list(measure()))
        return
    for figure in measure():
        print(json.dumps(asdict(figure)), flush=True)


def per_second(count: int, seconds: float) -> str:
    """Write a rate, such as ``41,000/s``."""
    rate = count / seconds
    return f"{round(rate, -2 if rate > 10_000 else 0):,.0f}/s"


def times(ours: float, peer: float) -> str:
    """Write a ratio, such as ``0.66`` or ``128×``."""
    ratio = ours / peer
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}×"
