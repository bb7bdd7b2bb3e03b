"""Rebuilding a projection beside the live one, and putting it in its place.

Load, fold up to the live build, hold that still, compare row by row, switch. Each step is made of
short committed transactions, so a rebuild that was interrupted goes on where it was when it is
asked for again. Appends never wait and readers never see a gap. A rebuild writes no fact.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import psycopg

from ledger.errors import ProjectionDiffers, RebuildCancelled
from ledger.projector import build as builds
from ledger.projector.compare import Comparison, compare
from ledger.projector.load import load, plan
from ledger.projector.projection import Projection, projection, projections
from ledger.projector.switch import flip, fold_to, live_build, parked, positions, rollback
from ledger.store.database import Database, Query, Role, Transaction

__all__ = [
    "BuildRow",
    "Progress",
    "Rebuilt",
    "cancel",
    "list_builds",
    "rebuild",
    "resume",
    "rollback",
]

UNFINISHED = """
select build, state = 'building' and checksum = %(checksum)s from ledger.builds
where projection = %(projection)s and state in ('building', 'cancelled') order by created_at desc"""

OLD = """
select build from ledger.builds as b
where projection = %(projection)s and state in ('retired', 'stopped')
  and build not in (select build from ledger.active_builds)
order by created_at desc offset 1"""

LIST = """
select b.projection, b.build, b.state, b.checksum, a.build is not null as live, b.created_at,
       b.stopped_lane::int, b.stopped_at, b.error,
       (select jsonb_object_agg(c.lane, c.position) from ledger.cursors as c
        where c.build = b.build) as positions,
       (select coalesce(sum(h.position - c.position), 0)::bigint from ledger.cursors as c
        join ledger.log_heads as h using (lane) where c.build = b.build) as behind
from ledger.builds as b
left join ledger.active_builds as a on a.build = b.build
order by b.projection, b.created_at"""


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is: its step (load, fold, verify), what is done of it, the time left."""

    step: str
    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True)
class Rebuilt:
    """The build that is live now, and how it differs from the one before."""

    build: str
    differences: Comparison


@dataclass(frozen=True)
class BuildRow:
    """A build as the admin sees it; ``positions`` per lane, ``behind`` in facts over all lanes."""

    projection: str
    build: str
    state: str
    checksum: str
    live: bool
    created_at: datetime
    stopped_lane: int | None
    stopped_at: int | None
    error: str | None
    positions: dict[str, int]
    behind: int

    @property
    def outdated(self) -> bool:
        """Tell whether the folder has changed since: the projection is to be rebuilt."""
        current = projections().get(self.projection)
        return current is None or current.checksum != self.checksum


def list_builds() -> Query[BuildRow]:
    """Every build of every projection, the live ones marked."""
    return Query(LIST, {}, BuildRow)


def rebuild(
    db: Database,
    name: str,
    *,
    progress: Callable[[Progress], None] | None = None,
    accept_differences: bool = False,
    workers: int = 2,
) -> Rebuilt:
    """Rebuild a projection from the log and make the new build live.

    Raises ``ProjectionDiffers`` (with ``differences``) when it is not what the live one is and that
    was not accepted: the new build is kept, and the next call goes on from there. Raises
    ``ProjectionStopped`` for a fact that cannot be folded, ``RebuildCancelled`` after ``cancel``.
    """
    one = projection(name)
    report = _Report(db, progress)
    build, live = _begin(db, one)
    report.build = build
    load(db, one, build, workers=workers, ticked=report.step("load"))
    with db.transaction(Role.PROJECTOR) as tx:
        target = positions(tx, live)
    fold_to(db, build, one, target, report.step("fold"))
    with parked(db, live) as renew:
        while True:
            fold_to(db, build, one, renew())
            found = _verify(db, live, build, workers, renew, report)
            if found.count and not accept_differences:
                raise ProjectionDiffers(name=name, count=found.count, differences=found.listed)
            if flip(db, name, live, build):
                break
    _forget(db, one.name)
    return Rebuilt(build, found)


def cancel(db: Database, name: str) -> list[str]:
    """Stop the rebuild of a projection, wherever it runs; its build goes with the next rebuild."""
    with db.transaction(Role.PROJECTOR) as tx:
        return [
            build
            for (build,) in tx.execute(
                "update ledger.builds set state = 'cancelled' "
                "where projection = %(name)s and state = 'building' returning build",
                {"name": projection(name).name},
            )
        ]


def resume(db: Database, name: str) -> None:
    """Let a live build that stopped try again from where it stopped."""
    with db.transaction(Role.PROJECTOR) as tx:
        tx.execute(
            "update ledger.builds set state = 'live', stopped_lane = null, stopped_at = null, "
            "error = null where build = %(build)s",
            {"build": live_build(tx, projection(name).name)},
        )


def _begin(db: Database, one: Projection) -> tuple[str, str]:
    """Return the build to go on with, or a new one, and the live build."""
    with db.transaction(Role.PROJECTOR) as tx:
        live = live_build(tx, one.name)
        params = {"projection": one.name, "checksum": one.checksum}
        unfinished = tx.execute(UNFINISHED, params).fetchall()
        kept = [build for build, usable in unfinished if usable][:1]
        for build, _ in unfinished:
            if build not in kept:
                builds.drop(tx, build)
        if kept:
            return kept[0], live
        build = one.start(tx, load=bool(one.stages))
        if one.stages:
            plan(tx, one, build, positions(tx, live))
        return build, live


def _verify(
    db: Database,
    live: str,
    build: str,
    workers: int,
    renew: Callable[[], dict[int, int]],
    report: "_Report",
) -> Comparison:
    """Compare the new build with the live one, holding that still as long as it takes."""
    ticked = report.step("verify")
    renewed = time.monotonic()

    def tick(done: int, total: int) -> None:
        nonlocal renewed
        if time.monotonic() - renewed > 1:
            renew()
            renewed = time.monotonic()
        ticked(done, total)

    return compare(db, live, build, workers=workers, ticked=tick)


def _forget(db: Database, name: str) -> None:
    """Drop builds older than the one to roll back to, unless a reader is still in one."""
    try:
        with db.transaction(Role.PROJECTOR) as tx:
            tx.execute("set local lock_timeout = '1s'")
            for (build,) in tx.execute(OLD, {"projection": name}).fetchall():
                builds.drop(tx, build)
    except psycopg.errors.LockNotAvailable:
        return


class _Report:
    """Turns what is done of a step into progress, and hears of a cancellation."""

    def __init__(self, db: Database, told: Callable[[Progress], None] | None) -> None:
        self._db = db
        self._told = told or (lambda _: None)
        self.build = ""

    def step(self, name: str) -> Callable[[int, int], None]:
        """Return what a step calls with what is done and the total."""
        began = time.monotonic()

        def ticked(done: int, total: int) -> None:
            spent = time.monotonic() - began
            left = spent / done * (total - done) if done else None
            self._told(Progress(name, done, total, left))
            with self._db.transaction(Role.PROJECTOR) as tx:
                self._refuse_cancelled(tx)

        return ticked

    def _refuse_cancelled(self, tx: Transaction) -> None:
        row = tx.execute(
            "select state from ledger.builds where build = %(build)s", {"build": self.build}
        ).fetchone()
        if row is None or row[0] == "cancelled":
            raise RebuildCancelled(build=self.build)
