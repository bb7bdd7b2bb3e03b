"""What the log knows already about usage streams: version 1 of each, for telling duplicates."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
from psycopg import Connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

from ledger.store.canonical import canonical
from ledger.store.transaction import Transaction

SEEN = """
select uuid_send(stream), type, (extract(epoch from occurred_at) * 1000000)::bigint, data::text
from ledger.log where stream = any(%(streams)s) and version = 1"""
SEEN_ABOVE = SEEN + " and lane = %(lane)s and position > %(above)s"


class Known(NamedTuple):
    """What makes an event the same one: its type, its time (microseconds since 1970), its data."""

    type: str
    stamp: int
    data: bytes


def seen(tx: Transaction, streams: Iterable[bytes]) -> dict[bytes, Known]:
    """Return version 1 of those streams that exist, in any lane."""
    return _found(tx, SEEN, {"streams": _Streams(streams)})


def seen_above(
    tx: Transaction, streams: Iterable[bytes], lane: int, above: int
) -> dict[bytes, Known]:
    """Return those that came to a lane above a position: what a look-up before the lock missed."""
    return _found(tx, SEEN_ABOVE, {"streams": _Streams(streams), "lane": lane, "above": above})


def prepare(connection: Connection[Any]) -> None:
    """Teach a connection to send many streams as one binary parameter."""
    connection.adapters.register_dumper(_Streams, _StreamsDumper)


class _Streams:
    """Streams of 16 bytes each, on their way as a uuid[]; ``UUID`` objects would cost more."""

    def __init__(self, streams: Iterable[bytes]) -> None:
        self.sorted = sorted(streams)


class _StreamsDumper(Dumper):
    format = Format.BINARY
    oid = 2951  # uuid[]

    def dump(self, obj: _Streams) -> bytes:
        """Return a one-dimensional array: flags, element type 2950, length, first index 1."""
        count = len(obj.sorted).to_bytes(4)
        header = b"\0\0\0\1\0\0\0\0\0\0\x0b\x86" + count + b"\0\0\0\1"
        return header + b"".join([b"\0\0\0\x10" + stream for stream in obj.sorted])


def _found(tx: Transaction, sql: str, params: dict[str, Any]) -> dict[bytes, Known]:
    with tx.conn.cursor(binary=True) as cursor:
        rows = cursor.execute(sql, params).fetchall()
    return {
        bytes(stream): Known(type_, stamp, canonical(orjson.loads(data)))
        for stream, type_, stamp, data in rows
    }
