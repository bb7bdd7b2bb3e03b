"""The forms a document comes in. Each renderer is loaded when it is first asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.documents.document import Document


class Form(StrEnum):
    """How a document is rendered."""

    HTML = "html"
    PDF = "pdf"
    UBL = "ubl"
    JSON = "json"


@dataclass(frozen=True)
class Printed:
    """The bytes of a document, and what they are."""

    body: bytes
    media_type: str


SUFFIXES: Final = {Form.HTML: "html", Form.PDF: "pdf", Form.UBL: "xml", Form.JSON: "json"}
"""How a file of each form is named."""


def printed(document: Document, form: Form) -> Printed:
    """Render a document; the same document gives the same bytes."""
    media_type, render = RENDERERS[form]
    return Printed(render()(document), media_type)


Renderer = Callable[[Document], bytes]


def _html() -> Renderer:
    from ledger.documents.html import html

    return html


def _pdf() -> Renderer:
    from ledger.documents.pdf import pdf

    return pdf


def _ubl() -> Renderer:
    from ledger.documents.ubl import ubl

    return ubl


def _json() -> Renderer:
    from ledger.documents.json import json

    return json


RENDERERS: Final[dict[Form, tuple[str, Callable[[], Renderer]]]] = {
    Form.HTML: ("text/html; charset=utf-8", _html),
    Form.PDF: ("application/pdf", _pdf),
    Form.UBL: ("application/xml", _ubl),
    Form.JSON: ("application/json", _json),
}
