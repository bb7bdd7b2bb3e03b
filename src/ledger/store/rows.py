"""The bytes of a row of the log: its content hash, its leaf, and its binary COPY form.

``content`` is the SHA-256 of the RFC 8785 JSON of the array [stream, version, type, occurred_at,
data, meta]. ``leaf`` is the SHA-256 of 0x00, the lane (2 bytes), recorded_at (microseconds since
1970, 8 bytes) and content, big-endian. docs/log.md shows both with an example.

Everything that does not depend on the place in the log is packed before the lock; under the lock a
row costs one short hash and one concatenation. Packing by hand measured twice as fast as
psycopg's ``write_row``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from struct import Struct

from msgspec import Struct as Record

from ledger.store.canonical import microseconds, moment_text

COLUMNS = (
    "lane, stream, version, type, occurred_at, data, meta, content, position, recorded_at, leaf"
)
COPY = f"copy ledger.log ({COLUMNS}) from stdin (format binary)"
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
PG_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000

_JSON = Struct(">iB")
_PLACE = Struct(">qiqi")
_LEAF_START = Struct(">Bhq")


@dataclass(frozen=True)
class NewFact:
    """A fact on its way into the log. ``data`` and ``meta`` are canonical JSON."""

    lane: int
    stream: bytes
    version: int
    type: str
    occurred_at: datetime
    data: bytes
    meta: bytes

    def pack(self) -> "Packed":
        """Return the row, hashed and packed as far as it can be before the lock."""
        stamp = microseconds(self.occurred_at)
        return pack(self.lane, self.stream, self.version, self.type, stamp, self.data, self.meta)


class Packed(Record, frozen=True, gc=False):
    """A row that lacks only its place: everything else is hashed and packed."""

    lane: int
    stream: bytes
    version: int
    content: bytes
    start: bytes


Group = tuple[int, Sequence[Packed]]  # rows of one lane, in their order


def by_lane(rows: Sequence[Packed]) -> list[Group]:
    """Return rows as groups of one lane each."""
    lanes = {row.lane for row in rows}
    if len(lanes) == 1:
        return [(lanes.pop(), rows)]
    return [(lane, [row for row in rows if row.lane == lane]) for lane in sorted(lanes)]


def pack(
    lane: int, stream: bytes, version: int, type_: str, stamp: int, data: bytes, meta: bytes
) -> Packed:
    """Pack a row; ``stamp`` is ``occurred_at`` in microseconds since 1970."""
    content = content_of(stream, version, type_, stamp, data, meta)
    name, head = _head_of(type_)
    length = len(name)
    start = head(
        11, 2, lane, 16, stream, 4, version, length, name, 8, stamp - PG_EPOCH_US, len(data) + 1, 1
    )
    meta_length = _JSON.pack(len(meta) + 1, 1)
    parts = (start, data, meta_length, meta, b"\0\0\0\x20", content, b"\0\0\0\x08")
    return Packed(lane, stream, version, content, b"".join(parts))


def content_of(
    stream: bytes, version: int, type_: str, stamp: int, data: bytes, meta: bytes
) -> bytes:
    """Return the content hash. The parts are canonical, so joining them is canonical too."""
    hexed = stream.hex()
    start = (
        f'["{hexed[:8]}-{hexed[8:12]}-{hexed[12:16]}-{hexed[16:20]}-{hexed[20:]}",'
        f'{version},"{type_}","{moment_text(stamp)}",'
    )
    return sha256(b"%b%b,%b]" % (start.encode(), data, meta)).digest()


def leaf_of(lane: int, recorded_us: int, content: bytes) -> bytes:
    """Return the leaf of the Merkle tree for a row."""
    return sha256(_LEAF_START.pack(0, lane, recorded_us) + content).digest()


def placed(rows: Sequence[Packed], lane: int, after: int, recorded_us: int) -> bytes:
    """Return the COPY bytes of rows of one lane, at the positions after ``after``."""
    prefix = _LEAF_START.pack(0, lane, recorded_us)
    recorded = recorded_us - PG_EPOCH_US
    place = _PLACE.pack
    parts: list[bytes] = []
    for position, row in enumerate(rows, after + 1):
        leaf = sha256(prefix + row.content).digest()
        parts += (row.start, place(position, 8, recorded, 32), leaf)
    return b"".join(parts)


@lru_cache(maxsize=256)
def _head_of(type_: str) -> tuple[bytes, Callable[..., bytes]]:
    """Return a type's bytes, and what packs a row with it up to the length of its data."""
    name = type_.encode()
    return name, Struct(f">hihi16siii{len(name)}siqiB").pack
