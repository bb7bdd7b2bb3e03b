"""A document as one HTML file: no script, nothing from elsewhere, every word escaped."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ledger.documents.chart import FULL
from ledger.documents.document import Document
from ledger.documents.sheet import sheet


def html(document: Document) -> bytes:
    """Return the document as UTF-8 HTML."""
    return template("document.html").render(sheet=sheet(document), full=FULL).encode()


@cache
def template(name: str) -> Template:
    """Return a template of this package, which escapes every word."""
    environment = Environment(
        loader=PackageLoader("ledger.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
