"""JSON and CSV piece by piece: what is produced while it is written never stands in memory whole.

A list in a JSON shape may be an iterator, at any depth; it is drained when its turn comes.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.money import plain

INDENT = "  "


def json_pieces(shape: Any) -> Iterator[str]:
    """Yield one JSON document. Decimals become strings, times RFC 3339 in UTC."""
    yield from _json(shape, "")
    yield "\n"


def csv_pieces(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield comma-separated lines, the names of the columns first."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([name.lstrip("#") for name in columns])
    for row in rows:
        writer.writerow([text(value) for value in row])
        yield target.getvalue()
        target.seek(0)
        target.truncate()
    yield target.getvalue()


def text(value: Any) -> str:
    """Write one value for people: plain decimals, ISO dates, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, Decimal | date):
        return _plain(value)
    return str(value)


def _json(value: Any, margin: str) -> Iterator[str]:
    if isinstance(value, dict) and any(map(_flows, value.values())):
        inner = (
            (f"{json.dumps(name, ensure_ascii=False)}: ", each) for name, each in value.items()
        )
        yield from _bracketed("{", inner, "}", margin)
    elif isinstance(value, Iterator):
        yield from _bracketed("[", (("", each) for each in value), "]", margin)
    else:
        whole = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
        yield whole.replace("\n", f"\n{margin}")


def _bracketed(
    opening: str, inner: Iterable[tuple[str, Any]], closing: str, margin: str
) -> Iterator[str]:
    lead, deeper = opening, margin + INDENT
    for name, value in inner:
        yield f"{lead}\n{deeper}{name}"
        yield from _json(value, deeper)
        lead = ","
    yield f"{opening}{closing}" if lead == opening else f"\n{margin}{closing}"


def _flows(value: Any) -> bool:
    """Tell whether a value holds something that is produced while it is written."""
    if isinstance(value, dict):
        return any(map(_flows, value.values()))
    return isinstance(value, Iterator)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
