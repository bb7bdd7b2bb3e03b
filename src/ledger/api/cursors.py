"""Opaque, signed cursors: where a page ended, for one list with one set of filters.

A cursor is base64url(JSON [version, key…] ‖ HMAC). The HMAC also covers the list's name and its
filters, so a cursor that was altered, or is used with other filters, is refused.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson

from ledger.api.errors import BadCursor

VERSION: Final = 1
TAG_BYTES: Final = 16
CURSOR_BYTES_MAX: Final = 2048


@dataclass(frozen=True)
class Cursors:
    """Writes and reads the cursors of one list; ``secret`` belongs to the installation."""

    secret: bytes = field(repr=False)
    name: str
    filters: bytes

    @classmethod
    def of(cls, secret: bytes, name: str, filters: Mapping[str, Any]) -> "Cursors":
        """Return the cursors of the list ``name`` under these filters."""
        return cls(secret, name, orjson.dumps(_plain(filters), option=orjson.OPT_SORT_KEYS))

    def write(self, key: Sequence[Any]) -> str:
        """Return the cursor of the row with this sort key."""
        body = orjson.dumps([VERSION, *(_plain(part) for part in key)])
        return urlsafe_b64encode(self._tag(body) + body).rstrip(b"=").decode()

    def read(self, cursor: str | None) -> list[Any] | None:
        """Return the sort key in a cursor, None without one; raise BadCursor if it is not ours."""
        if cursor is None:
            return None
        raw = _decoded(cursor)
        tag, body = raw[:TAG_BYTES], raw[TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(body)):
            raise BadCursor(field="after")
        key: list[Any]
        version, *key = orjson.loads(body)
        if version != VERSION:
            raise BadCursor(field="after")
        return key

    def _tag(self, body: bytes) -> bytes:
        message = b"\0".join((self.name.encode(), self.filters, body))
        return hmac.digest(self.secret, message, "sha256")[:TAG_BYTES]


def _decoded(cursor: str) -> bytes:
    """Return the bytes of a cursor, or nothing: an empty tag never compares equal."""
    if len(cursor) > CURSOR_BYTES_MAX or not cursor.isascii():
        return b""
    try:
        return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (NotBase64, ValueError):
        return b""


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it; times and decimals as text."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)
    return value
