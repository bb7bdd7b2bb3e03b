"""The table of lines: by subscription, each line with its notes and the tiers of its charge."""

from typing import Final

from fpdf.enums import Align, TableBordersLayout, VAlign
from fpdf.fonts import FontFace
from fpdf.table import Table

from ledger.documents.pdf.page import INK, MARK, SOFT, TEXT, WASH, WIDTH, Page
from ledger.documents.sheet import Group, Row, Sheet

COLUMNS: Final = (72, 40, 28, 17, 21)
ALIGNED: Final = (Align.L, Align.L, Align.R, Align.R, Align.R)
SMALL: Final = FontFace(color=SOFT, size_pt=7.5)
INDENTED: Final = (0.1, 1, 0.1, 6)
TIGHT: Final = (0.1, 1)


def draw_lines(page: Page, drawn: Sheet) -> None:
    """Draw the table of lines; its head stands on every page."""
    page.set_font(TEXT, "", 8.5)
    page.set_text_color(*INK)
    with page.table(
        width=WIDTH,
        col_widths=COLUMNS,
        text_align=ALIGNED,
        borders_layout=TableBordersLayout.NONE,
        headings_style=FontFace(emphasis="BOLD", color=SOFT, size_pt=7.5, fill_color=WASH),
        line_height=4.4,
        padding=(0.8, 1),
        v_align=VAlign.T,
    ) as table:
        table.row(("Item", "Service period", "Quantity", "Tax", f"Net {drawn.currency}"))
        for group in drawn.groups:
            _group(table, group)
    page.ln(5)


def _group(table: Table, group: Group) -> None:
    heading = FontFace(emphasis="BOLD", color=MARK, size_pt=8.5)
    table.row().cell(group.heading, colspan=5, style=heading, padding=(1.6, 1, 0.6, 1))
    for row in group.rows:
        _row(table, row)


def _row(table: Table, row: Row) -> None:
    table.row((row.text, row.period, row.quantity, row.taxed, row.net))
    for note in row.notes:
        table.row().cell(note, colspan=5, style=SMALL, padding=TIGHT)
    if row.parts:
        table.row().cell(row.parts_are, colspan=5, style=SMALL, padding=INDENTED)
    for part in row.parts:
        line = table.row(style=SMALL)
        line.cell(part.text, padding=INDENTED)
        for text in (part.quantity, part.price):
            line.cell(text, align=Align.R, padding=TIGHT)
        line.cell(part.amount, colspan=2, align=Align.R, padding=TIGHT)
