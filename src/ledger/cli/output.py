"""One answer in several forms: a table for people, JSON for the contract, CSV and Parquet for
spreadsheets and programs.

JSON, CSV and Parquet are written while rows are read: a report whose rows are an iterator needs the
memory of a page, however long it is.
"""

import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, BinaryIO

import typer
from rich.console import Console, RenderableType
from rich.table import Table

from ledger.cli import drawing, parquet
from ledger.cli.columns import Kind, kinds
from ledger.cli.drawing import Drawing
from ledger.cli.streamed import csv_pieces, json_pieces, text
from ledger.money import digits, plain

__all__ = ["Format", "Report", "emit", "listed", "money", "print_json", "text", "write"]


WIDE = 1_000
"""Columns when nobody looks: a pipe gets whole lines, never folded ones."""


class Format(StrEnum):
    """How an answer is printed; bars and svg draw the figures that a report declares for it."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    BARS = "bars"
    SVG = "svg"


SEEN = (Format.TABLE, Format.BARS)
DRAWN = (Format.BARS, Format.SVG)
NOT_DRAWN = (
    "Nothing is drawn here; ageing, waterfall and income-statement --by month are, "
    "where they hold anything."
)


@dataclass(frozen=True)
class Report:
    """An answer: its columns and rows for people, and its shape in the machine contract.

    A column whose name begins with ``#`` holds figures and is set flush right; ``types`` says what
    a column holds where its name does not. ``drawn`` are the rows of the table, where people want
    sums between those of the file. Rows, and lists in the shape, may be iterators; only those of
    the form asked for are drained. ``drawings`` are its figures for those who look, not read.
    ``differs`` says that two figures which must be one are not.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    shape: Any
    differs: bool = False
    drawn: Iterable[Sequence[Any]] | None = None
    types: Mapping[str, Kind] = field(default_factory=dict)
    drawings: Sequence[Drawing] = ()


def listed(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], types: Mapping[str, Kind] | None = None
) -> Report:
    """Return a report whose JSON is a list of its rows by the names of the columns."""
    names = [name.lstrip("#") for name in columns]
    shape = [dict(zip(names, row, strict=True)) for row in rows]
    return Report(columns, rows, shape, types=types or {})


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with at least the minor units of its currency, and never an exponent."""
    places = digits(currency)
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and -exponent < places:
        amount = amount.quantize(Decimal(1).scaleb(-places))
    return plain(amount)


def emit(report: Report, form: Format, out: Console) -> None:
    """Print a report in the form asked for; refuse what cannot be seen."""
    if form is Format.PARQUET and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is not for reading; send it to a file.")
    _check_drawn(report, form)
    if form in SEEN and out.is_terminal:
        out.print(_seen(report, form))
        return
    sys.stdout.flush()
    write(report, form, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def write(report: Report, form: Format, target: BinaryIO) -> None:
    """Write a report to a file in the form asked for."""
    _check_drawn(report, form)
    if form is Format.SVG:
        target.write(drawing.as_svg(report.drawings))
        return
    if form is Format.PARQUET:
        holds = kinds(report.columns, report.types, report.rows)
        parquet.write(target, report.columns, holds, report.rows)
        return
    target.writelines(piece.encode() for piece in _pieces(report, form))


def print_json(shape: Any) -> None:
    """Print one JSON document. Decimals become strings, times RFC 3339 in UTC."""
    sys.stdout.writelines(json_pieces(shape))


def _check_drawn(report: Report, form: Format) -> None:
    if form in DRAWN and not report.drawings:
        raise typer.BadParameter(NOT_DRAWN)


def _pieces(report: Report, form: Format) -> Iterator[str]:
    if form is Format.JSON:
        return json_pieces(report.shape)
    if form is Format.CSV:
        return csv_pieces(report.columns, report.rows)
    drawn = io.StringIO()
    Console(file=drawn, width=WIDE, soft_wrap=True, highlight=False, markup=False).print(
        _seen(report, form)
    )
    return (f"{line.rstrip()}\n" for line in drawn.getvalue().splitlines())


def _seen(report: Report, form: Format) -> RenderableType:
    return drawing.as_bars(report.drawings) if form is Format.BARS else _table(report)


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in report.columns:
        right = name.startswith("#")
        table.add_column(
            name.lstrip("#"), justify="right" if right else "left", no_wrap=right, overflow="fold"
        )
    for row in report.rows if report.drawn is None else report.drawn:
        table.add_row(*map(text, row))
    return table
