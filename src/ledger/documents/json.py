"""A document as JSON: everything that it shows, for programs that lay it out themselves."""

from decimal import Decimal
from typing import Any

import orjson

from ledger.documents.document import Document
from ledger.money import plain


def json(document: Document) -> bytes:
    """Return the document as UTF-8 JSON; decimals are strings."""
    return orjson.dumps(
        document, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )


def _plain(value: Any) -> str:
    assert isinstance(value, Decimal), type(value)
    return plain(value)
