"""Rows of CSV, one at a time."""

import csv
import io
from collections.abc import Iterable


def row(values: Iterable[object]) -> str:
    """Return one row without its line end; nothing for None."""
    target = io.StringIO()
    csv.writer(target, lineterminator="").writerow(["" if v is None else v for v in values])
    return target.getvalue()
