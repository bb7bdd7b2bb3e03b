"""kill -9 of a writer, then of PostgreSQL: what was acknowledged is there, once, densely."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from ledger.events.streams import usage_stream
from ledger.settings import Settings
from ledger.store.database import Database, Role
from ledger.store.embedded import Embedded

WRITER = """
import sys
from itertools import count
from pathlib import Path
from ledger.events.streams import usage_stream_bytes
from ledger.settings import Settings
from ledger.store.database import Database
from ledger.store.flush import Batch, Item, UsageFlusher

home, start, stop = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
settings = Settings(home=home, flush_ms=0)
database = Database.open(settings)
flusher = UsageFlusher(database, settings)
for first in range(start, stop, 100):
    items = [
        Item(n, "s", str(n), "a", 1, usage_stream_bytes("s", str(n)), 1790000000000000, b"{}", b"")
        for n in range(first, first + 100)
    ]
    outcome = flusher.submit(Batch(items, b"{}", "cloudevents")).result(60)
    print(first, outcome.accepted, outcome.duplicate, flush=True)
flusher.close()
database.close()
"""
DENSE = """
select head.lane::int, head.position, count(log.position), coalesce(max(log.position), 0)
from ledger.log_heads head left join ledger.log on log.lane = head.lane
group by head.lane, head.position order by head.lane"""


def writer(home: Path, start: int, stop: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(home), str(start), str(stop)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def acknowledged(process: subprocess.Popen[str]) -> list[int]:
    """Return the first event of each answered batch; the process has ended."""
    assert process.stdout is not None
    with process.stdout as lines:
        found = [int(line.split()[0]) for line in lines if line.endswith("\n")]
    process.wait()
    return found


def wait_for_lines(process: subprocess.Popen[str], count: int) -> list[int]:
    assert process.stdout is not None
    return [int(process.stdout.readline().split()[0]) for _ in range(count)]


def test_nothing_acknowledged_is_lost_or_doubled(home: Path) -> None:
    server = Embedded(home)
    processes = [writer(home, 0, 100_000), writer(home, 100_000, 200_000)]
    answered = [wait_for_lines(process, 10) for process in processes]

    processes[0].kill()  # one writer dies in the middle of an append
    answered[0] += acknowledged(processes[0])
    answered[1] += wait_for_lines(processes[1], 5)
    pid = int((server.home / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)  # then PostgreSQL, in the middle of another's
    answered[1] += acknowledged(processes[1])

    with Database.open(Settings(home=home)) as database:
        firsts = answered[0] + answered[1]
        events = {n for first in firsts for n in range(first, first + 100)}
        assert len(events) >= 2_500
        check(database, events)
        again = [writer(home, 0, 3_000), writer(home, 0, 3_000)]  # a full re-send, by two at once
        counts = [count for process in again for count in results(process)]
        assert sum(counts) == 6_000
        check(database, events | set(range(3_000)))
    server.leave()


def results(process: subprocess.Popen[str]) -> list[int]:
    """Return how many events of each batch were answered as accepted or duplicate."""
    text, _ = process.communicate(timeout=60)
    return [int(accepted) + int(known) for _, accepted, known in map(str.split, text.splitlines())]


def check(database: Database, events: set[int]) -> None:
    """Positions are dense, no event is recorded twice, and none of these is missing."""
    with database.transaction(Role.READER) as tx:
        for _, head, count, last in tx.execute(DENSE).fetchall():
            assert head == count == last
        found = tx.execute("select stream from ledger.log where type = 'usage.recorded/1'")
        recorded = [stream for (stream,) in found]
    assert len(recorded) == len(set(recorded))
    assert {usage_stream("s", str(n)) for n in events} <= set(recorded)
