"""The follower: moves every live build with the log, all in one transaction.

Cursors are locked first, in one order, then the heads are read in one statement, without a lock: a
position below a head is committed. Each build has a savepoint of its own. One that cannot fold a
fact stops there, with the error where the admin reads it; the others go on.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

import psycopg
import structlog

from ledger.errors import ProjectionStopped, StoreUnavailable
from ledger.projector.fold import Failure, Folding, Types, prepare, types_in, whole
from ledger.projector.projection import Projection, projection, projection_of, projections
from ledger.store.database import Database, Role, Transaction

CHUNK = 20_000
POLL_SECONDS = 0.05
TROUBLE_SECONDS_MAX = 5.0

# While one build is held still all are, so that they stay at one position.
LIVE = """
select c.build, b.projection, b.checksum, c.lane::int, c.position
from ledger.active_builds as a
join ledger.builds as b on b.build = a.build and b.stopped_at is null
join ledger.cursors as c on c.build = a.build
where not exists (select 1 from ledger.builds as parked where parked.parked_until > now())
  and (%(only)s::text[] is null or b.projection = any(%(only)s))
order by c.build, c.lane"""
LOCK = LIVE + "\nfor update of c"

ADD_LANES = """
insert into ledger.cursors (build, lane)
select a.build, h.lane
from ledger.active_builds as a
cross join ledger.log_heads as h
where h.lane > 0 and a.projection = any(%(projections)s)
on conflict do nothing"""

MOVE = """
update ledger.cursors as c
set position = m.position
from unnest(%(builds)s::text[], %(lanes)s::smallint[], %(positions)s::bigint[])
     as m (build, lane, position)
where c.build = m.build and c.lane = m.lane"""

STOP = """
update ledger.builds
set state = 'stopped', stopped_lane = %(lane)s, stopped_at = %(position)s, error = %(error)s
where build = %(build)s"""

STANDING = """
select a.projection, b.stopped_lane, b.stopped_at, b.error, c.lane::int, c.position
from ledger.active_builds as a
join ledger.builds as b on b.build = a.build
join ledger.cursors as c on c.build = a.build
where a.projection = any(%(names)s)"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Cursor:
    """How far one build has folded one lane."""

    build: str
    projection: Projection
    lane: int
    position: int


def follow(
    db: Database,
    stop: Event,
    *,
    poll_seconds: float = POLL_SECONDS,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Keep the live builds at the heads until told to stop; several followers do no harm.

    ``then`` is called after every step, folded or not; it says itself how often it does anything.
    """
    trouble = 0.0
    while not stop.is_set():
        try:
            moved = advance(db, wait=False)
            then()
            trouble = 0.0
        except (psycopg.OperationalError, StoreUnavailable) as error:
            trouble = min(max(2 * trouble, poll_seconds), TROUBLE_SECONDS_MAX)
            log.warning("follower.trouble", error=str(error), retry_seconds=trouble)
            moved = False
        if not moved:
            stop.wait(trouble or poll_seconds)


def catch_up(
    db: Database,
    names: Collection[str] | None = None,
    targets: Mapping[int, int] | None = None,
) -> dict[int, int]:
    """Fold, or wait for whoever folds, until these projections have reached these positions.

    By default all projections, and the heads as they are now. Returns how far every lane is folded
    by all of them. What was folded is committed. Raises ``ProjectionStopped``.
    """
    wanted = sorted(projections()) if names is None else [projection(name).name for name in names]
    only = wanted if db.alone else None
    goal = None if targets is None else dict(targets)
    while True:
        with db.transaction(Role.PROJECTOR) as tx:
            if goal is None:
                goal = tx.heads()
            reached = _reached(tx, wanted)
        lanes = [lane for lane in goal if any(projection(name).folds(lane) for name in wanted)]
        if all(reached.get(lane, -1) >= goal[lane] for lane in lanes):
            return reached
        try:
            moved = advance(db, wait=True, only=only)
        except psycopg.errors.DeadlockDetected:
            if db.alone:
                raise
            moved = False  # against a dry run, which ends
        if not moved:
            time.sleep(POLL_SECONDS)


def followed(db: Database) -> list[str]:
    """Return the projections of ours that are folded: all but those that stopped."""
    with db.transaction(Role.PROJECTOR) as tx:
        names = {name for _, name, _, _, _ in tx.execute(LIVE, {"only": None})}
    return sorted(names & projections().keys())


def advance(
    db: Database, *, wait: bool, chunk: int = CHUNK, only: Collection[str] | None = None
) -> bool:
    """Move every live build by at most a chunk per lane; tell whether any moved.

    Without ``wait`` nothing is done while another follower is at it. A dry run, of which nothing
    stays, moves ``only`` the projections it reads.
    """
    params = {"only": None if only is None else list(only)}
    with db.transaction(Role.PROJECTOR) as tx:
        if not _behind(tx, params):
            return False
    with db.transaction(Role.PROJECTOR) as tx:
        try:
            locked = tx.execute(LOCK if wait else LOCK + " nowait", params).fetchall()
        except psycopg.errors.LockNotAvailable:
            tx.conn.rollback()
            return False
        # While this waited a build may have been switched, parked or stopped: look again.
        held = {(build, lane) for build, _, _, lane, _ in locked}
        rows = tx.execute(LIVE, params).fetchall()
        cursors = [
            Cursor(build, projection_of(tx, name, build, checksum), lane, position)
            for build, name, checksum, lane, position in rows
            if (build, lane) in held
        ]
        return _move(tx, cursors, chunk)


def _behind(tx: Transaction, params: Mapping[str, Any]) -> bool:
    """Tell, without a lock, whether any live build is behind a head; add cursors of new lanes."""
    heads = tx.heads()
    rows = tx.execute(LIVE, params).fetchall()
    known = {(name, lane) for _, name, _, lane, _ in rows}
    only = params["only"] or projections()
    wide = [name for name in only if projection(name).lanes != "books"]
    if any((name, lane) not in known for name in wide for lane in heads if lane):
        tx.execute(ADD_LANES, {"projections": wide})
    return any(position < heads[lane] for *_, lane, position in rows)


def _move(tx: Transaction, cursors: list[Cursor], chunk: int) -> bool:
    """Fold a chunk into every build that is behind, and move its cursors."""
    prepare(tx)
    heads = tx.heads()
    ranges: dict[tuple[int, int], tuple[int, Types]] = {}
    stopped: dict[str, Failure] = {}
    moved: list[Cursor] = []
    for cursor in cursors:
        lane, start = cursor.lane, cursor.position
        if start >= heads[lane] or cursor.build in stopped:
            continue
        if (lane, start) not in ranges:
            end = whole(tx, lane, start + chunk, heads[lane])
            ranges[lane, start] = end, types_in(tx, lane, start, end)
        end, types = ranges[lane, start]
        folding = Folding(tx, cursor.build, cursor.projection)
        failure = folding.run_or_stop(lane, start, end, types)
        if failure is not None:
            stopped[cursor.build] = failure
            end = failure.position - 1
        moved.append(Cursor(cursor.build, cursor.projection, lane, end))
    _write(tx, moved, stopped)
    return bool(moved)


def _write(tx: Transaction, moved: list[Cursor], stopped: Mapping[str, Failure]) -> None:
    """Write where the cursors are now, and which builds stopped."""
    if moved:
        tx.execute(
            MOVE,
            {
                "builds": [cursor.build for cursor in moved],
                "lanes": [cursor.lane for cursor in moved],
                "positions": [cursor.position for cursor in moved],
            },
        )
    for build, failure in stopped.items():
        tx.execute(STOP, {"build": build, **vars(failure)})
        log.error("projection.stopped", build=build, **vars(failure))


def _reached(tx: Transaction, names: list[str]) -> dict[int, int]:
    """Return per lane how far all of these projections are, unless one has stopped."""
    reached: dict[int, int] = {}
    for name, lane, position, why, cursor_lane, cursor in tx.execute(STANDING, {"names": names}):
        if position is not None:
            raise ProjectionStopped(name=name, lane=lane, position=position, why=why)
        reached[cursor_lane] = min(reached.get(cursor_lane, cursor), cursor)
    return reached
