"""The one way into the log: every writer appends by this function.

Lock order: the heads of usage lanes ascending, lane 0 last, in one statement. Positions come from
the locked heads, so they are dense and commit order is position order. Whoever decided on what it
read at ``read_at`` names the guards of that decision; the append is refused when one of them moved
since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.errors import UniqueViolation

from ledger.errors import VersionConflict
from ledger.store.guards import (
    BankAccountGuard,
    DocumentGuard,
    Guard,
    PeriodGuard,
    SealingGuard,
    SubscribersGuard,
    check_guards,
    check_versions,
)
from ledger.store.mapper import moment
from ledger.store.meta import Meta, meta
from ledger.store.rows import (
    COPY,
    HEADER,
    TRAILER,
    Group,
    NewFact,
    Packed,
    by_lane,
    placed,
)
from ledger.store.transaction import Transaction

__all__ = [
    "Appended",
    "BankAccountGuard",
    "DocumentGuard",
    "Guard",
    "Meta",
    "NewFact",
    "PeriodGuard",
    "SealingGuard",
    "SubscribersGuard",
    "append",
    "append_packed",
    "meta",
]


@dataclass(frozen=True)
class Appended:
    """Where the facts are: (lane, position) in the order given, and when they were recorded."""

    positions: list[tuple[int, int]]
    recorded_at: datetime


LOCK = """
select lane::int, position,
       (extract(epoch from greatest(recorded_at, clock_timestamp())) * 1000000)::bigint
from ledger.log_heads where lane = any(%(lanes)s::smallint[])
order by nullif(lane, 0) nulls last     -- the lock order: usage lanes ascending, the books last
for update"""

ADVANCE = """
update ledger.log_heads set position = new.position, recorded_at = %(recorded_at)s
from unnest(%(lanes)s::smallint[], %(positions)s::bigint[]) as new (lane, position)
where log_heads.lane = new.lane"""


def append(
    tx: Transaction, facts: Sequence[NewFact], *, read_at: int, guards: Sequence[Guard] = ()
) -> Appended:
    """Append facts to their lanes, all or none, at the next positions.

    ``read_at`` is the position of lane 0 noted before the decision read anything. Raises
    ``VersionConflict`` (with ``streams``) when a version is taken, and ``GuardMoved`` (with
    ``guards``) when a guard has a fact above ``read_at``.
    """
    return append_packed(tx, [fact.pack() for fact in facts], read_at=read_at, guards=guards)


def append_packed(
    tx: Transaction, rows: Sequence[Packed], *, read_at: int, guards: Sequence[Guard] = ()
) -> Appended:
    """Append rows that were packed before; the lock then costs least."""
    lanes = {row.lane for row in rows} | ({0} if guards else set())
    if not lanes:
        return Appended([], moment(0))
    heads, recorded_us = lock(tx, lanes)
    if heads.get(0, read_at) > read_at:
        check_guards(tx, guards, read_at)
        check_versions(tx, [row for row in rows if row.lane == 0], read_at)
    write(tx, by_lane(rows), heads, recorded_us)
    return Appended(_places(rows, heads), moment(recorded_us))


def lock(tx: Transaction, lanes: set[int]) -> tuple[dict[int, int], int]:
    """Lock the heads of lanes until the transaction ends.

    Returns the last position of each, and the time to record in microseconds since 1970: now, or
    the latest of the heads when a clock went back.
    """
    found = tx.execute(LOCK, {"lanes": sorted(lanes)}).fetchall()
    heads = {lane: position for lane, position, _ in found}
    assert lanes == set(heads), f"lanes {sorted(lanes - set(heads))} do not exist"
    return heads, max(stamp for _, _, stamp in found)


def write(
    tx: Transaction, groups: Sequence[Group], heads: dict[int, int], recorded_us: int
) -> dict[int, int]:
    """Copy groups of rows to the positions after the locked heads; advance and return these."""
    ends = dict(heads)
    try:
        with tx.conn.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.write(HEADER)
            for lane, rows in groups:
                copy.write(placed(rows, lane, ends[lane], recorded_us))
                ends[lane] += len(rows)
            copy.write(TRAILER)
    except UniqueViolation as error:
        raise VersionConflict(count=1, streams=_named_in(error)) from error
    tx.execute(
        ADVANCE,
        {
            "recorded_at": moment(recorded_us),
            "lanes": list(ends),
            "positions": list(ends.values()),
        },
    )
    return ends


def _places(rows: Sequence[Packed], heads: dict[int, int]) -> list[tuple[int, int]]:
    last = dict(heads)
    places = []
    for row in rows:
        last[row.lane] += 1
        places.append((row.lane, last[row.lane]))
    return places


def _named_in(error: UniqueViolation) -> list[UUID]:
    """Return the stream that a unique violation names: ``Key (stream, version)=(…, 1) …``."""
    detail = error.diag.message_detail or ""
    if not detail.startswith("Key (stream, version)"):
        raise error
    return [UUID(detail.partition("=(")[2].partition(",")[0])]
