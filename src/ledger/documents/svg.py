"""Charts as one SVG file: no script, nothing from elsewhere, and every figure also in words."""

from collections.abc import Sequence

from ledger.documents.chart import FULL, Chart
from ledger.documents.html import template


def svg(title: str, charts: Sequence[Chart]) -> bytes:
    """Return the charts, one above the other, as UTF-8 SVG; readers are told each figure."""
    return template("charts.svg").render(title=title, charts=charts, full=FULL).encode()
