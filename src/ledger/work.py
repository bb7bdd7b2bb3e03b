"""The follower as a program: in the foreground until it is told to stop, or beside a server.

Owns when the follower runs. Does not own what it does: see ``ledger.projector.follower``.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

from ledger.projector.follower import follow
from ledger.store.database import Database

JOIN_SECONDS = 10
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def work(db: Database) -> None:
    """Follow the log until the process is asked to stop."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        follow(db, stop)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def working(db: Database) -> Iterator[None]:
    """Follow the log in a thread beside whatever runs inside."""
    stop = threading.Event()
    thread = threading.Thread(target=_follow, args=(db, stop), name="follower", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(JOIN_SECONDS)


def _follow(db: Database, stop: threading.Event) -> None:
    try:
        follow(db, stop)
    except Exception:  # a thread has nobody above it to tell
        structlog.get_logger().exception("the follower stopped")
