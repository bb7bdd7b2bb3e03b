"""The one append: dense positions whoever races, and times that never go back."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from ledger.errors import GuardMoved, VersionConflict
from ledger.store.append import NewFact, append
from ledger.store.database import Database, Role

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
APPENDER = """
import sys
from datetime import UTC, datetime
from uuid import uuid4
from ledger.store.append import NewFact, append
from ledger.store.database import Database, Role

with Database(sys.argv[1]) as database:
    for n in range(100):
        with database.transaction(Role.WRITER) as tx:
            facts = [
                NewFact(1, uuid4().bytes, 1, "t/1", datetime(2026, 1, 1, tzinfo=UTC), b"{}", b"{}")
                for _ in range(n % 7 + 1)
            ]
            append(tx, facts, read_at=0)
"""


def fact(lane: int = 0, stream: UUID | None = None, version: int = 1) -> NewFact:
    name = (stream or uuid4()).bytes
    return NewFact(lane, name, version, "test.happened/1", NOON, b"{}", b"{}")


def positions(database: Database, lane: int) -> list[int]:
    with database.transaction(Role.READER) as tx:
        found = tx.execute(
            "select position from ledger.log where lane = %(lane)s order by position",
            {"lane": lane},
        )
        rows = [position for (position,) in found]
        assert tx.head(lane) == max(rows, default=0)
        return rows


def test_two_processes_appending_to_one_lane_leave_no_gap(database: Database) -> None:
    command = [sys.executable, "-c", APPENDER, database.url]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    per_process = sum(n % 7 + 1 for n in range(100))
    assert positions(database, 1) == list(range(1, 2 * per_process + 1))
    with database.transaction(Role.READER) as tx:
        back = tx.execute(
            "select count(*) from (select recorded_at < lag(recorded_at) over (order by position) "
            "as back from ledger.log where lane = 1) as steps where back"
        )
        assert back.fetchone() == (0,)


def test_writers_of_several_lanes_do_not_deadlock(database: Database) -> None:
    with database.transaction(Role.WRITER) as tx:
        tx.execute("insert into log_heads (lane) values (2)")

    def run(lanes: tuple[int, ...]) -> None:
        for _ in range(40):
            with database.transaction(Role.WRITER) as tx:
                append(tx, [fact(lane) for lane in lanes], read_at=2**40)

    with ThreadPoolExecutor() as threads:
        list(threads.map(run, [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0)]))
    assert [len(positions(database, lane)) for lane in (0, 1, 2)] == [160, 120, 160]


def test_a_rolled_back_append_leaves_no_gap(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction(Role.WRITER) as tx:
        assert append(tx, [fact(), fact(1)], read_at=0).positions[0][0] / 0
    with database.transaction(Role.WRITER) as tx:
        assert append(tx, [fact(), fact(1)], read_at=0).positions == [(0, 1), (1, 1)]


def test_recorded_at_never_goes_back(database: Database) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)  # the clock was wrong once
    with database.transaction(Role.WRITER) as tx:
        tx.execute("update log_heads set recorded_at = %(at)s where lane = 1", {"at": ahead})
    with database.transaction(Role.WRITER) as tx:
        assert append(tx, [fact(1)], read_at=0).recorded_at == ahead
    with database.transaction(Role.WRITER) as tx:
        assert append(tx, [fact(0)], read_at=0).recorded_at < ahead, "lanes have times of their own"


def test_a_taken_version_in_a_usage_lane_is_named(database: Database) -> None:
    stream = uuid4()
    with database.transaction(Role.WRITER) as tx:
        append(tx, [fact(1, stream)], read_at=0)
    with pytest.raises(VersionConflict) as refused, database.transaction(Role.WRITER) as tx:
        append(tx, [fact(1), fact(1, stream)], read_at=0)
    assert refused.value.facts["streams"] == [stream]


def test_a_guard_counts_for_an_append_to_usage_lanes_too(database: Database) -> None:
    guard = uuid4()
    with database.transaction(Role.WRITER) as tx:
        append(tx, [fact(0, guard)], read_at=0)
    with pytest.raises(GuardMoved), database.transaction(Role.WRITER) as tx:
        append(tx, [fact(1)], read_at=0, guards=[guard])
    with database.transaction(Role.WRITER) as tx:
        assert append(tx, [fact(1)], read_at=1, guards=[guard]).positions == [(1, 1)]


def test_of_two_decisions_on_one_state_the_second_is_refused(database: Database) -> None:
    """The second waits at the head, and is told when it gets there."""
    stream = uuid4()

    def decide(_: int) -> bool:
        with database.transaction(Role.WRITER) as tx:
            try:
                append(tx, [fact(0, stream)], read_at=0, guards=[stream])
            except (GuardMoved, VersionConflict):
                tx.conn.rollback()
                return False
            return True

    with ThreadPoolExecutor() as threads:
        assert sorted(threads.map(decide, range(4))) == [False, False, False, True]
    assert positions(database, 0) == [1]


def test_nothing_to_append_locks_nothing(database: Database) -> None:
    with database.transaction(Role.WRITER) as tx:
        assert append(tx, [], read_at=0).positions == []
