"""Loading a fresh build: ranges of the log in parallel, then what is quicker to do once at the end.

The work is a list in the build's own schema. Each item is one short transaction that ticks it off,
so a load can be killed and resumed, or joined by another process, at any time. Items of a stage run
in parallel; a stage begins when the one before it is done. The header of ``apply.sql`` names the
stages: the ranges are the first, and the others are of the statements that name them.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import psycopg
from psycopg.sql import SQL, Identifier

from ledger.errors import ProjectionStopped
from ledger.projector.build import enter
from ledger.projector.fold import Folding, prepare
from ledger.projector.projection import Projection
from ledger.store.database import Database, Role, Transaction

RANGE = 50_000
PARTS = 2  # of a statement that names %(part)s
WAIT_SECONDS = 0.05

PLAN = """
create table build_work (
    place     integer primary key generated always as identity,
    stage     integer not null,
    statement text,
    lane      smallint,
    part      integer,
    first     bigint,
    last      bigint,
    weight    bigint not null,
    done      boolean not null default false
)"""

ADD = """
insert into build_work (stage, statement, lane, part, first, last, weight)
values (%(stage)s, %(statement)s, %(lane)s, %(part)s, %(first)s, %(last)s, %(weight)s)"""

CLAIM = """
select place, stage, statement, lane::int, part, first, last, weight
from build_work
where not done and stage = (select min(stage) from build_work where not done)
order by place
limit 1
for update skip locked"""

Ticked = Callable[[int, int], None]


class Item(NamedTuple):
    """A range to load, or a statement to run once; ``weight`` counts towards the progress."""

    place: int
    stage: int
    statement: str | None = None
    lane: int | None = None
    part: int | None = None
    first: int | None = None
    last: int | None = None
    weight: int = 0


def load(db: Database, one: Projection, build: str, *, workers: int, ticked: Ticked) -> None:
    """Do what is left of the load of a build, and set its cursors to where it ends.

    ``ticked`` is called with what is done and the total. Raises ``ProjectionStopped``.
    """
    with db.transaction(Role.PROJECTOR) as tx:
        if not _planned(tx, build):
            return
    with ThreadPoolExecutor(workers) as pool:
        for each in [pool.submit(_work, db, one, build, ticked) for _ in range(workers)]:
            each.result()
    with db.transaction(Role.PROJECTOR) as tx:
        _conclude(tx, build)


def plan(tx: Transaction, one: Projection, build: str, targets: dict[int, int]) -> None:
    """List the work of a load up to these positions, in the schema of a new build."""
    enter(tx, build)
    tx.conn.execute(PLAN)
    for item in _items(one, sorted(targets.items())):
        tx.execute(ADD, item._asdict())


def _items(one: Projection, targets: list[tuple[int, int]]) -> Iterator[Item]:
    for lane, target in targets:
        for first in range(0, target, RANGE):
            last = min(first + RANGE, target)
            yield Item(0, 0, lane=lane, first=first, last=last, weight=last - first)
    for each in one.apply:
        parts = range(PARTS) if "%(part)s" in each.sql else [0]
        for lane, target in targets if each.stage else []:
            for part in parts:
                at = one.stages.index(each.stage or "")
                yield Item(0, at, each.name, lane, part, 0, target, target // 16)
    total = sum(target for _, target in targets)
    for each in one.tables:
        if each.stage:
            yield Item(0, one.stages.index(each.stage), each.name, weight=total // 8)


def _planned(tx: Transaction, build: str) -> bool:
    """Tell whether the list of work is there, by the catalog itself: caches may be behind."""
    row = tx.execute(
        "select from pg_tables where schemaname = %(build)s and tablename = 'build_work'",
        {"build": build},
    ).fetchone()
    return row is not None


def _work(db: Database, one: Projection, build: str, ticked: Ticked) -> None:
    """Claim and do items until none is left; what a deadlock threw out is claimed again."""
    while True:
        try:
            with db.transaction(Role.PROJECTOR) as tx:
                left = _step(tx, one, build, ticked)
        except psycopg.errors.DeadlockDetected:
            continue
        if left == 0:
            return
        if left < 0:
            time.sleep(WAIT_SECONDS)


def _step(tx: Transaction, one: Projection, build: str, ticked: Ticked) -> int:
    """Do one item; return 1, or 0 when none is left, or -1 when others are at the last ones."""
    prepare(tx)
    enter(tx, build)
    try:
        row = tx.execute(CLAIM).fetchone()
    except psycopg.errors.UndefinedTable:  # another process concluded it meanwhile
        tx.conn.rollback()
        return 0
    if row is None:
        (left,) = tx.execute("select count(*) from build_work where not done").fetchone() or (0,)
        return -1 if left else 0
    item = Item(*row)
    _do(tx, one, build, item)
    tx.execute("update build_work set done = true where place = %(place)s", {"place": item.place})
    done = tx.execute(
        "select coalesce(sum(weight) filter (where done), 0)::bigint, sum(weight)::bigint "
        "from build_work"
    ).fetchone()
    ticked(*(done or (0, 0)))
    return 1


def _do(tx: Transaction, one: Projection, build: str, item: Item) -> None:
    if item.statement is None:
        assert item.lane is not None
        assert item.first is not None
        assert item.last is not None
        folding = Folding(tx, build, one, "load")
        failure = folding.run_or_stop(item.lane, item.first, item.last)
        if failure is not None:
            raise ProjectionStopped(
                name=one.name, lane=failure.lane, position=failure.position, why=failure.error
            )
        return
    found = [each for each in (*one.tables, *one.apply) if each.name == item.statement]
    params = {"lane": item.lane, "part": item.part, "from": item.first, "to": item.last}
    tx.execute(found[0].sql, params if item.lane is not None else None)


def _conclude(tx: Transaction, build: str) -> None:
    """Set the cursors to where the load ended, gather statistics, and forget the work."""
    tx.execute("select from ledger.builds where build = %(build)s for update", {"build": build})
    if not _planned(tx, build):
        return
    enter(tx, build)
    tx.execute(
        "update ledger.cursors as c set position = w.position "
        "from (select lane, max(last) as position from build_work where lane is not null "
        "      group by lane) as w "
        "where c.build = %(build)s and c.lane = w.lane",
        {"build": build},
    )
    tx.execute("drop table build_work")
    tx.execute("set local default_statistics_target = 10")  # autovacuum takes its time later
    tables = tx.execute(
        "select tablename from pg_tables where schemaname = %(build)s", {"build": build}
    )
    for (table,) in tables.fetchall():
        tx.conn.execute(SQL("analyze {}").format(Identifier(build, table)))
