"""The follower as a program: it follows while it runs, and stops when it is asked to."""

import os
import signal
import threading
import time
from datetime import UTC, datetime

from ledger.store.append import NewFact, append
from ledger.store.database import Role
from ledger.store.meta import Meta
from ledger.work import work, working

AT = datetime(2026, 10, 5, 12, tzinfo=UTC)
SECONDS_MAX = 20
BEHIND = """
select count(*) from ledger.cursors as c
join ledger.active_builds using (build)
join ledger.log_heads as h using (lane)
where h.lane = 0 and c.position < h.position"""


def record(database) -> None:
    """Append one fact that no projection has an opinion on."""
    fact = NewFact(0, os.urandom(16), 1, "test.happened/1", AT, b"{}", Meta("tester").encode())
    with database.transaction(Role.WRITER) as tx:
        append(tx, [fact], read_at=0)


def followed(database) -> bool:
    """Wait until every live projection has reached the head of the books."""
    until = time.monotonic() + SECONDS_MAX
    while time.monotonic() < until:
        with database.transaction(Role.READER) as tx:
            if tx.execute(BEHIND).fetchone() == (0,):
                return True
        time.sleep(0.05)
    return False


def test_it_follows_beside_whatever_runs(database):
    with working(database):
        record(database)
        assert followed(database)
    assert "follower" not in {thread.name for thread in threading.enumerate()}


def test_it_follows_in_the_foreground_until_a_signal(database):
    record(database)
    before = signal.getsignal(signal.SIGTERM)

    def stop_when_followed() -> None:
        followed(database)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop_when_followed)
    thread.start()
    work(database)
    thread.join()
    assert followed(database)
    assert signal.getsignal(signal.SIGTERM) == before
