"""The names of streams: every fact belongs to one, and its UUID follows from what it is about.

Usage streams and the streams of the books live in two namespaces, so that no usage id can ever
meet the stream of an account or an invoice series.
"""

from functools import lru_cache
from hashlib import sha1
from uuid import UUID, uuid5

USAGE = UUID("6f0c2f5e-6d0b-5a51-9a55-7d1f6b1b8f01")
BOOKS = UUID("6f0c2f5e-6d0b-5a51-9a55-7d1f6b1b8f02")

_USAGE_BYTES = USAGE.bytes
_VERSION = [bytes([octet & 0x0F | 0x50]) for octet in range(256)]
_VARIANT = [bytes([octet & 0x3F | 0x80]) for octet in range(256)]


def usage_stream_bytes(source: str, event_id: str) -> bytes:
    """Return the 16 bytes of UUIDv5(USAGE, source NUL id); the hot path skips ``uuid.UUID``."""
    name = _USAGE_BYTES + f"{source}\0{event_id}".encode()
    made = sha1(name, usedforsecurity=False).digest()
    return made[:6] + _VERSION[made[6]] + made[7:8] + _VARIANT[made[8]] + made[9:16]


def usage_stream(source: str, event_id: str) -> UUID:
    """Return the stream of one usage event: version 1 records it, 2 and on correct it."""
    return UUID(bytes=usage_stream_bytes(source, event_id))


@lru_cache(maxsize=16_384)
def stream(kind: str, *ids: str) -> UUID:
    """Return the stream of one thing in the books, e.g. ``stream("account", "acme")``."""
    return uuid5(BOOKS, "\0".join((kind, *ids)))


def charge_stream(charge: str, subscription: str, item: str) -> UUID:
    """Return the stream of a charge by its id: subscription/item/first day[/group]/version."""
    rest = charge.removeprefix(f"{subscription}/{item}/").rpartition("/")[0]
    return stream("charge", subscription, item, *rest.split("/", 1))
