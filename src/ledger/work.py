"""The follower as a program: in the foreground until it is told to stop, or beside a server.

Owns when the follower runs, and that thresholds are looked at and the schedule is kept beside it.
Does not own what they do: see ``ledger.projector.follower`` and, in ``ledger.commands``,
``thresholds`` and ``schedule``.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

from ledger.commands.engine.ledger import Ledger
from ledger.commands.schedule import keep
from ledger.commands.usage.watch import Watch
from ledger.projector.follower import follow
from ledger.settings import Settings
from ledger.store.books import Books
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
        _follow_and_look(db, stop)
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
        _follow_and_look(db, stop)
    except Exception:  # a thread has nobody above it to tell
        structlog.get_logger().exception("the follower stopped")


def _follow_and_look(db: Database, stop: threading.Event) -> None:
    """Follow the log, say which thresholds were crossed, and keep the schedule."""
    books = Books(db)
    ledger = Ledger(db, books, Settings.load())
    ended = threading.Event()
    thread = threading.Thread(target=_keep, args=(ledger, ended), name="schedule", daemon=True)
    thread.start()
    try:
        follow(db, stop, then=Watch(ledger).look)
    finally:
        ended.set()
        thread.join(JOIN_SECONDS)
        books.close()


def _keep(ledger: Ledger, ended: threading.Event) -> None:
    try:
        keep(ledger, ended)
    except Exception:  # a thread has nobody above it to tell
        structlog.get_logger().exception("the schedule stopped")
