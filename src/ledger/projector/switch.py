"""Holding the live build still, putting another in its place, and going back.

Readers see the old build or the new one, never a gap: which one is a row that each transaction
reads first. Both stand at the same positions when it changes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ledger.errors import ProjectionStopped, UnknownProjection
from ledger.projector.fold import Folding, prepare, whole
from ledger.projector.projection import Projection, projection_of
from ledger.store.database import Database, Role, Transaction

CHUNK = 50_000
LEASE_SECONDS = 60

PARK = """
update ledger.builds set parked_until = clock_timestamp() + make_interval(secs => %(seconds)s)
where build = %(build)s"""

CURSORS = """
select lane::int, position from ledger.cursors where build = %(build)s order by lane for update"""

FLIP = """
with left_behind as (
    update ledger.builds as b
    set state = case when b.stopped_at is null then 'retired' else 'stopped' end,
        parked_until = null
    from ledger.active_builds as a
    where a.projection = %(projection)s and b.build = a.build
), taken_up as (
    update ledger.builds set state = 'live', stopped_lane = null, stopped_at = null, error = null
    where build = %(build)s
)
update ledger.active_builds set build = %(build)s where projection = %(projection)s"""

TRY_AGAIN = """
update ledger.builds set stopped_lane = null, stopped_at = null, error = null
where build = %(build)s"""

LAST_RETIRED = """
select build, checksum from ledger.builds
where projection = %(projection)s and state = 'retired' order by created_at desc limit 1"""


def live_build(tx: Transaction, name: str) -> str:
    """Return the build of a projection that readers see."""
    row = tx.execute(
        "select build from ledger.active_builds where projection = %(name)s", {"name": name}
    ).fetchone()
    if row is None:
        raise UnknownProjection(id=name, field="projection")
    return str(row[0])


@contextmanager
def parked(db: Database, build: str) -> Iterator[Callable[[], dict[int, int]]]:
    """Hold a live build still; what is yielded renews the lease and returns its positions."""

    def renew() -> dict[int, int]:
        with db.transaction(Role.PROJECTOR) as tx:
            tx.execute(PARK, {"build": build, "seconds": LEASE_SECONDS})
        with db.transaction(Role.PROJECTOR) as tx:  # waits for a follower that was under way
            return positions(tx, build)

    try:
        yield renew
    finally:
        with db.transaction(Role.PROJECTOR) as tx:
            tx.execute(
                "update ledger.builds set parked_until = null where build = %(build)s",
                {"build": build},
            )


def positions(tx: Transaction, build: str) -> dict[int, int]:
    """Lock the cursors of a build and return its position in every lane."""
    return dict(tx.execute(CURSORS, {"build": build}).fetchall())


def fold_to(
    db: Database,
    build: str,
    one: Projection,
    targets: dict[int, int],
    ticked: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Fold a build that nobody follows up to these positions, in committed chunks.

    Raises ``ProjectionStopped``, with everything before the bad position folded.
    """
    with db.transaction(Role.PROJECTOR) as tx:
        tx.execute(TRY_AGAIN, {"build": build})
    done, moving = 0, True
    while moving:
        with db.transaction(Role.PROJECTOR) as tx:
            prepare(tx)
            at = positions(tx, build)
            total = done + sum(max(0, end - at.get(lane, 0)) for lane, end in targets.items())
            moving = False
            for lane, start in at.items():
                head = targets.get(lane, start)
                if start < head:
                    end = whole(tx, lane, start + CHUNK, head)
                    done += _fold(tx, build, one, lane, start, end) - start
                    moving = True
        with db.transaction(Role.PROJECTOR) as tx:
            _raise_if_stopped(tx, build, one.name)
        ticked(done, total)


def flip(db: Database, name: str, live: str, build: str) -> bool:
    """Make a build the live one if it stands where the live one does; tell whether it did.

    The one before it stays, no longer followed.
    """
    with db.transaction(Role.PROJECTOR) as tx:
        if positions(tx, live) != positions(tx, build):
            return False
        tx.execute(FLIP, {"projection": name, "build": build})
        return True


def rollback(db: Database, name: str) -> str:
    """Fold the build that was live before up to the live one, and make it live again."""
    with db.transaction(Role.PROJECTOR) as tx:
        live = live_build(tx, name)
        row = tx.execute(LAST_RETIRED, {"projection": name}).fetchone()
        if row is None:
            raise UnknownProjection(id=f"{name} from before", field="projection")
        build, checksum = row
        one = projection_of(tx, name, build, checksum)
        target = dict(tx.execute(CURSORS, {"build": live}).fetchall())
    fold_to(db, build, one, target)
    with parked(db, live) as renew:
        while True:
            fold_to(db, build, one, renew())
            if flip(db, name, live, build):
                return str(build)


def _fold(tx: Transaction, build: str, one: Projection, lane: int, start: int, end: int) -> int:
    """Fold a chunk, move the cursor, and return where it is; a failure is written to the build."""
    failure = Folding(tx, build, one).run_or_stop(lane, start, end)
    if failure is not None:
        end = failure.position - 1
        tx.execute(
            "update ledger.builds set stopped_lane = %(lane)s, stopped_at = %(position)s, "
            "error = %(error)s where build = %(build)s",
            {"build": build, **vars(failure)},
        )
    tx.execute(
        "update ledger.cursors set position = %(end)s where build = %(build)s and lane = %(lane)s",
        {"end": end, "build": build, "lane": lane},
    )
    return end


def _raise_if_stopped(tx: Transaction, build: str, name: str) -> None:
    row = tx.execute(
        "select stopped_lane::int, stopped_at, error from ledger.builds "
        "where build = %(build)s and stopped_at is not null",
        {"build": build},
    ).fetchone()
    if row is not None:
        raise ProjectionStopped(name=name, lane=row[0], position=row[1], why=row[2])
