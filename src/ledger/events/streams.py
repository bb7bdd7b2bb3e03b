"""The names of streams: every fact belongs to one, and its UUID follows from what it is about.

Usage streams and the streams of the books live in two namespaces, so that no usage id can ever
meet the stream of an account or an invoice series.
"""

from hashlib import sha1
from uuid import UUID, uuid5

USAGE = UUID("6f0c2f5e-6d0b-5a51-9a55-7d1f6b1b8f01")
BOOKS = UUID("6f0c2f5e-6d0b-5a51-9a55-7d1f6b1b8f02")

_USAGE_BYTES = USAGE.bytes


def usage_stream_bytes(source: str, event_id: str) -> bytes:
    """Return the 16 bytes of UUIDv5(USAGE, source NUL id); the hot path skips ``uuid.UUID``."""
    digest = bytearray(
        sha1(
            _USAGE_BYTES + source.encode() + b"\0" + event_id.encode(), usedforsecurity=False
        ).digest()[:16]
    )
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


def usage_stream(source: str, event_id: str) -> UUID:
    """Return the stream of one usage event: version 1 records it, 2 and on correct it."""
    return UUID(bytes=usage_stream_bytes(source, event_id))


def stream(kind: str, *ids: str) -> UUID:
    """Return the stream of one thing in the books, e.g. ``stream("account", "acme")``."""
    return uuid5(BOOKS, "\0".join((kind, *ids)))
