"""Group commit of usage: callers join a flush, and each is answered after it committed.

A sender seldom repeats itself, and telling that by a look-up costs PostgreSQL as much as storing
the event. So a flush takes its events as new and lets the unique key find the one that is not; it
is then told apart by a look-up, and so are the next flushes, until no duplicate came for a while.

Two threads: one collects and prepares the next flush while the other copies the present one. A
flush goes when it holds enough events, or when its first caller waited long enough and no other is
being copied: a commit costs much the same for one event as for many, so few callers had better
share one. How much may wait is bounded, so memory is too.
"""

import logging
import queue
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Condition, Lock, Thread
from typing import Self

from ledger.errors import Overloaded, StoreUnavailable, VersionConflict
from ledger.settings import Settings
from ledger.store.batch import Batch, Item, Outcome, Reject
from ledger.store.database import Database
from ledger.store.flush_write import Prepared, commit, prepare

__all__ = ["Batch", "Item", "Outcome", "Reject", "UsageFlusher"]

RETRIES_MAX = 5
WARY_FLUSHES = 64
OVERLAP_EVENTS = 1_000
log = logging.getLogger(__name__)


class Waiting:
    """One caller's batch, and the promise of its outcome."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.future: Future[Outcome] = Future()
        self.future.set_running_or_notify_cancel()  # what was submitted cannot be called back
        self.since = time.monotonic()


class UsageFlusher:
    """Appends batches of usage events, many in one transaction; close it to end its threads."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._events_max = settings.flush_events
        self._overlap_events = min(OVERLAP_EVENTS, settings.flush_events)
        self._wait_seconds = settings.flush_ms / 1_000
        self._room = settings.flush_waiting
        self._waiting: deque[Waiting] = deque()
        self._waiting_events = 0
        lock = Lock()
        self._arrived = Condition(lock)  # something waits, or a flush is done: for the collector
        self._roomier = Condition(lock)  # for callers who found no room
        self._under_way = 0  # flushes collected and not answered
        self._closed = False
        self._wary = 0  # so many flushes look up first, because a duplicate came lately
        self._prepared: queue.Queue[tuple[Sequence[Waiting], Prepared] | None] = queue.Queue(1)
        self._threads = [
            Thread(target=self._collect_all, name="usage-prepare", daemon=True),
            Thread(target=self._commit_all, name="usage-commit", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, batch: Batch, wait_seconds: float = 0) -> Future[Outcome]:
        """Let a batch join a flush; the future is done once it committed or failed.

        A batch is never split. When too much waits, this waits for room as long as it is told and
        then raises ``Overloaded``. The future raises ``StoreUnavailable`` when the database is
        lost: the batch may then be there or not, and can be sent again.
        """
        waiting = Waiting(batch)
        batch.groups  # noqa: B018 (packs the rows here and now, in the caller's thread)
        with self._roomier:
            if not self._roomier.wait_for(self._has_room, wait_seconds) or self._closed:
                raise Overloaded(seconds=1)
            self._room -= len(batch)
            self._waiting.append(waiting)
            self._waiting_events += len(batch)
            if len(self._waiting) == 1 or self._is_worth_overlapping():
                self._arrived.notify()  # waking it for every caller would cost more than the rest
        return waiting.future

    @property
    def events_waiting_room(self) -> int:
        """How many more events may wait just now."""
        return self._room

    def close(self) -> None:
        """Flush what waits, and end the threads."""
        with self._arrived:
            self._closed = True
            self._arrived.notify()
            self._roomier.notify_all()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _has_room(self) -> bool:
        return self._room > 0 or self._closed

    def _collect_all(self) -> None:
        """Collect and prepare one flush after another, until closed and empty."""
        while group := self._next_group():
            try:
                batches = [one.batch for one in group]
                ready = prepare(self._database, batches, look_up=self._wary > 0)
            except Exception as error:  # every caller gets an answer
                self._answer(group, error)
            else:
                self._prepared.put((group, ready))
        self._prepared.put(None)

    def _next_group(self) -> list[Waiting]:
        """Wait for the callers of the next flush; none once everything is done."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return []
            deadline = self._waiting[0].since + self._wait_seconds
            self._arrived.wait_for(self._is_full, max(0.0, deadline - time.monotonic()))
            self._arrived.wait_for(lambda: not self._under_way or self._is_worth_overlapping())
            group = [self._waiting.popleft()]
            size = len(group[0].batch)
            while self._waiting and size + len(self._waiting[0].batch) <= self._events_max:
                group.append(self._waiting.popleft())
                size += len(group[-1].batch)
            self._waiting_events -= size
            self._under_way += 1
            return group

    def _is_full(self) -> bool:
        return self._closed or self._waiting_events >= self._events_max

    def _is_worth_overlapping(self) -> bool:
        return self._closed or self._waiting_events >= self._overlap_events

    def _commit_all(self) -> None:
        while (ready := self._prepared.get()) is not None:
            group, flush = ready
            try:
                self._answer(group, self._commit(flush))
            except Exception as error:  # every caller gets an answer
                self._answer(group, error)

    def _commit(self, flush: Prepared) -> Sequence[Outcome]:
        """Commit a flush; look up (anew) when there is a stream that was taken as new."""
        for _ in range(RETRIES_MAX):
            try:
                outcomes = commit(self._database, flush)
            except VersionConflict:
                self._wary = WARY_FLUSHES
                flush = prepare(self._database, flush.batches)
            else:
                self._wary = self._wary_after(outcomes)
                return outcomes
        return commit(self._database, flush)

    def _wary_after(self, outcomes: Sequence[Outcome]) -> int:
        repeated = any(one.duplicate or one.conflicts for one in outcomes)
        return WARY_FLUSHES if repeated else max(0, self._wary - 1)

    def _answer(self, group: Sequence[Waiting], outcome: Sequence[Outcome] | Exception) -> None:
        """Keep every caller's promise, and make room."""
        if isinstance(outcome, Exception):
            level = logging.WARNING if isinstance(outcome, StoreUnavailable) else logging.ERROR
            log.log(level, "a flush of usage failed: %s", outcome, exc_info=outcome)
        with self._arrived:
            self._room += sum(len(one.batch) for one in group)
            self._under_way -= 1
            self._arrived.notify()
            self._roomier.notify_all()
        for index, one in enumerate(group):
            if isinstance(outcome, Exception):
                one.future.set_exception(outcome)
            else:
                one.future.set_result(outcome[index])
