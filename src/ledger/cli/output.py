"""One answer in three forms: a table for people, JSON for the contract, CSV for spreadsheets."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.table import Table

from ledger.money import digits, plain


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True)
class Report:
    """An answer: its columns and rows for people, and its shape in the machine contract.

    A column whose name begins with ``#`` holds figures and is set flush right. ``differs`` says
    that two figures which must be one are not.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    shape: Any
    differs: bool = False


def listed(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Report:
    """Return a report whose JSON is a list of its rows by the names of the columns."""
    names = [name.lstrip("#") for name in columns]
    return Report(columns, rows, [dict(zip(names, row, strict=True)) for row in rows])


def money(amount: Decimal, currency: str) -> str:
    """Write an amount with at least the minor units of its currency, and never an exponent."""
    places = digits(currency)
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and -exponent < places:
        amount = amount.quantize(Decimal(1).scaleb(-places))
    return plain(amount)


def emit(report: Report, form: Format, out: Console) -> None:
    """Print a report in the form asked for."""
    if form is Format.JSON:
        print_json(report.shape)
    elif form is Format.CSV:
        sys.stdout.write(_csv(report))
    else:
        _print_table(report, out)


def print_json(shape: Any) -> None:
    """Print one JSON document. Decimals become strings, times RFC 3339 in UTC."""
    json.dump(shape, sys.stdout, indent=2, ensure_ascii=False, default=_plain)
    sys.stdout.write("\n")


def text(value: Any) -> str:
    """Write one value for people: plain decimals, ISO dates, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal | date):
        return _plain(value)
    return str(value)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _csv(report: Report) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([name.lstrip("#") for name in report.columns])
    writer.writerows([[text(value) for value in row] for row in report.rows])
    return target.getvalue()


def _print_table(report: Report, out: Console) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in report.columns:
        right = name.startswith("#")
        table.add_column(
            name.lstrip("#"), justify="right" if right else "left", no_wrap=right, overflow="fold"
        )
    for row in report.rows:
        table.add_row(*map(text, row))
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as drawn:
        out.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in drawn.get().splitlines())
