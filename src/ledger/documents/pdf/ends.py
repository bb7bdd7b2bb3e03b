"""The head of a document, and what stands below its lines: tax, totals and notes."""

from collections.abc import Sequence

from fpdf.enums import Align

from ledger.documents.pdf.page import HALF, INK, LEFT, MIDDLE, SOFT, WIDTH, Page
from ledger.documents.sheet import Address, Named, Sheet

TAXES = (44, 20, 20)


def draw_head(page: Page, drawn: Sheet) -> None:
    """Draw the title, the facts beside it, and the parties."""
    top = page.get_y()
    page.write_text(drawn.title, size=22, bold=True, width=HALF)
    low = page.get_y()
    _pairs(page, drawn.facts, MIDDLE, top)
    below = max(low, page.get_y()) + 7
    page.line(LEFT, below, LEFT + WIDTH, below)
    ends = [
        _address(page, party, x, below + 4)
        for party, x in ((drawn.seller, LEFT), (drawn.buyer, MIDDLE))
    ]
    page.line(LEFT, max(ends) + 4, LEFT + WIDTH, max(ends) + 4)
    page.set_xy(LEFT, max(ends) + 10)


def draw_sums(page: Page, drawn: Sheet) -> None:
    """Draw the tax by rate on the left and the totals on the right."""
    page.room_for(6 * (max(len(drawn.taxes) + 1, len(drawn.totals)) + 1))
    top = page.get_y()
    _taxes(page, drawn)
    low = page.get_y()
    _pairs(page, drawn.totals, MIDDLE, top)
    page.set_xy(LEFT, max(low, page.get_y()) + 4)


def draw_notes(page: Page, drawn: Sheet) -> None:
    """Draw the sentences below the totals."""
    for note in drawn.notes:
        page.set_x(LEFT)
        page.write_text(note, size=8.5, colour=SOFT)
        page.ln(0.8)


def _taxes(page: Page, drawn: Sheet) -> None:
    rows = [("Tax", "Net", "Tax"), *((each.text, each.base, each.tax) for each in drawn.taxes)]
    for place, row in enumerate(rows):
        y = page.get_y()
        x = LEFT
        for text, width in zip(row, TAXES, strict=True):
            page.set_xy(x, y)
            align = Align.L if x == LEFT else Align.R
            page.write_text(text, width=width, align=align, bold=not place, size=8.5)
            x += width
        page.set_y(page.get_y() + 0.6)
        if not place:
            page.line(LEFT, page.get_y(), LEFT + sum(TAXES), page.get_y())
            page.set_y(page.get_y() + 0.6)


def _pairs(page: Page, pairs: Sequence[Named], x: float, y: float) -> None:
    """Draw names on the left and values on the right of a half page."""
    for pair in pairs:
        page.set_xy(x, y)
        colour = INK if pair.strong else SOFT
        page.write_text(pair.name, colour=colour, bold=pair.strong, width=HALF * 0.4)
        low = page.get_y()
        page.set_xy(x + HALF * 0.4, y)
        page.write_text(pair.value, bold=pair.strong, width=HALF * 0.6, align=Align.R)
        y = max(low, page.get_y()) + 0.9
    page.set_xy(x, y)


def _address(page: Page, party: Address, x: float, y: float) -> float:
    page.set_xy(x, y)
    page.write_text(party.role, size=7.5, colour=SOFT, width=HALF)
    for place, line in enumerate(party.lines):
        page.set_x(x)
        page.write_text(line, bold=not place, width=HALF)
    return page.get_y()
