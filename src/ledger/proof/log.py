"""The log against itself: every content and leaf again, dense positions, and heads that agree.

Rows are read by position range, a transaction per chunk, so a verification of any length holds up
nobody. What is appended meanwhile is left to the next one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from ledger.errors import LedgerError
from ledger.store.canonical import canonical, microseconds
from ledger.store.database import Database, Query, Role
from ledger.store.rows import content_of, leaf_of

CHUNK = 5_000
ROWS = """
select position, stream, version, type, occurred_at, recorded_at, data::text as data,
       meta::text as meta, content, leaf
from ledger.log
where lane = %(lane)s and position > %(after)s and position <= %(until)s
order by position"""
BEYOND = """
select min(position) from ledger.log
where lane = %(lane)s
  and position > (select position from ledger.log_heads where lane = %(lane)s)"""

Progress = Callable[[int, int, int], None]
"""Called with (lane, done, total) after each chunk."""


@dataclass(frozen=True)
class Finding:
    """Something that does not hold, and the first place where."""

    what: str
    message: str
    lane: int | None = None
    position: int | None = None


@dataclass(frozen=True)
class _Row:
    position: int
    stream: UUID
    version: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    data: str
    meta: str
    content: bytes
    leaf: bytes


def verify_log(db: Database, progress: Progress | None = None) -> Iterator[Finding]:
    """Yield the first bad position of every lane that has one; nothing means that the log holds."""
    with db.transaction(Role.READER) as tx:
        heads = tx.heads()
    for lane, head in sorted(heads.items()):
        finding = _lane(db, lane, head, progress) or _beyond(db, lane)
        if finding:
            yield finding


def _lane(db: Database, lane: int, head: int, progress: Progress | None) -> Finding | None:
    recorded_at: datetime | None = None
    for after in range(0, head, CHUNK):
        until = min(after + CHUNK, head)
        with db.transaction(Role.READER) as tx:
            rows = tx.all(Query(ROWS, {"lane": lane, "after": after, "until": until}, _Row))
        for expected, row in enumerate(rows, after + 1):
            if why := _wrong(row, lane, expected, recorded_at):
                return Finding("log", why, lane, expected)
            recorded_at = row.recorded_at
        if len(rows) < until - after:
            missing = after + len(rows) + 1
            return Finding("log", f"the head is {head}, but this fact is missing", lane, missing)
        if progress:
            progress(lane, until, head)
    return None


def _wrong(row: _Row, lane: int, expected: int, before: datetime | None) -> str | None:
    """Tell what is wrong with a row: its place, its time, or what its hashes say."""
    if row.position != expected:
        return f"this fact is missing; the next one is {row.position}"
    if before is not None and row.recorded_at < before:
        return "recorded_at goes back"
    try:
        content = _content(row)
    except LedgerError as error:
        return f"this is nothing that the log can hold: {error}"
    if content != row.content:
        return "the content does not match its hash"
    if leaf_of(lane, microseconds(row.recorded_at), content) != row.leaf:
        return "the leaf does not match lane, time and content"
    return None


def _content(row: _Row) -> bytes:
    data, meta = (canonical(orjson.loads(text)) for text in (row.data, row.meta))
    stamp = microseconds(row.occurred_at)
    return content_of(row.stream.bytes, row.version, row.type, stamp, data, meta)


def _beyond(db: Database, lane: int) -> Finding | None:
    """Find a fact above the head; one statement, so that no append can come between."""
    with db.transaction(Role.READER) as tx:
        (position,) = tx.execute(BEYOND, {"lane": lane}).fetchone() or (None,)
    if position is None:
        return None
    return Finding("log", "this fact lies beyond the head", lane, position)
