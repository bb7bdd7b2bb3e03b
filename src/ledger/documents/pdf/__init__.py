"""A document as PDF, A4: text that can be searched, charts as vectors, fonts in it.

The same document gives the same bytes: its creation date is the day of issue, and nothing depends
on when or where it is drawn.
"""

from datetime import UTC, datetime, time

from ledger.documents.document import Document
from ledger.documents.pdf.chart import draw_chart
from ledger.documents.pdf.ends import draw_head, draw_notes, draw_sums
from ledger.documents.pdf.lines import draw_lines
from ledger.documents.pdf.page import Page
from ledger.documents.sheet import sheet


def pdf(document: Document) -> bytes:
    """Return the document as PDF."""
    drawn = sheet(document)
    page = Page(f"{drawn.title} {drawn.number}", words=repr(drawn))
    page.set_creation_date(datetime.combine(document.issued_on, time(), UTC))
    page.set_author(document.seller.name)
    page.add_page()
    draw_head(page, drawn)
    draw_lines(page, drawn)
    draw_sums(page, drawn)
    draw_notes(page, drawn)
    for chart in drawn.charts:
        draw_chart(page, chart)
    return bytes(page.output())
