"""A chart of daily usage, as vectors."""

from typing import Final

from fpdf.enums import Align

from ledger.documents.chart import FULL, Chart
from ledger.documents.pdf.page import LEFT, MARK, SOFT, WIDTH, Page

HEIGHT: Final = 34
INDENT: Final = 16
ACROSS: Final = WIDTH - INDENT


def draw_chart(page: Page, chart: Chart) -> None:
    """Draw a chart, whole, on this page or the next."""
    page.room_for(HEIGHT + 20)
    page.set_xy(LEFT, page.get_y() + 5)
    page.write_text(chart.title, size=8.5, bold=True)
    top = page.get_y() + 3
    floor = top + HEIGHT
    for mark in chart.up:
        y = floor - mark.place * HEIGHT / FULL
        page.line(LEFT + INDENT, y, LEFT + WIDTH, y)
        page.set_xy(LEFT, y - 1.6)
        page.write_text(mark.text, size=7, colour=SOFT, width=INDENT - 1, align=Align.R)
    page.set_fill_color(*MARK)
    for bar in chart.bars:
        height = bar.height * HEIGHT / FULL
        x = LEFT + INDENT + bar.x * ACROSS / FULL
        y = floor - bar.y * HEIGHT / FULL - height
        page.rect(x, y, bar.width * ACROSS / FULL, height, style="F")
    for mark in chart.across:
        page.set_xy(LEFT + INDENT + mark.place * ACROSS / FULL - 10, floor + 1)
        page.write_text(mark.text, size=7, colour=SOFT, width=20, align=Align.C)
    page.set_xy(LEFT, floor + 5)
