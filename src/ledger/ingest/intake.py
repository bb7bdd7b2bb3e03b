"""Events in, answers out: the one pipeline behind HTTP, files, commands and replays.

Runs of events are decoded and checked here, appended by the group commit, and answered only after
it. A request may have a few runs under way at once, so that one is prepared while another copies,
but never more: the sender is read no faster than the log takes it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Iterable
from concurrent.futures import Future
from time import monotonic
from typing import NamedTuple, Self
from weakref import WeakKeyDictionary

from ledger.clock import Clock, utc_now
from ledger.errors import Overloaded
from ledger.ingest.answer import Tally
from ledger.ingest.chunk import Chunk
from ledger.ingest.courier import Courier
from ledger.ingest.directory import Directory
from ledger.ingest.form import Form
from ledger.ingest.prepare import Clocked
from ledger.settings import Settings
from ledger.store.database import Database
from ledger.store.flush import Batch, Outcome, UsageFlusher

RUN_EVENTS = 200
RUNS_UNDER_WAY = 60  # three flushes: one that copies, one that waits, one that is made

ROOM_WAIT_SECONDS = 5.0
ROOM_LOOK_SECONDS = 0.01
HELD_BYTES_MAX = 256 * 1024 * 1024


class UnderWay(NamedTuple):
    """A run that was submitted: what to await, and the bytes it holds."""

    future: asyncio.Future[Outcome]
    size: int


class Intake:
    """What a process needs to take usage in; one per process, safe for threads and one loop."""

    def __init__(self, db: Database, settings: Settings, clock: Clock = utc_now) -> None:
        self.directory = Directory(db)
        self.flusher = UsageFlusher(db, settings)
        self._ahead_days = settings.usage_ahead_days
        self._clock = clock
        self._held = 0  # bytes of runs that loops have under way
        self._couriers: WeakKeyDictionary[asyncio.AbstractEventLoop, Courier[Outcome]] = (
            WeakKeyDictionary()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is under way and stop."""
        self.flusher.close()

    async def take(self, runs: AsyncIterable[list[bytes]], form: Form, meta: bytes) -> Tally:
        """Take runs of events in from a loop; return once the last of them is committed."""
        tally, first = Tally(), 0
        under: deque[UnderWay] = deque()
        try:
            async for run in runs:
                chunk = Chunk.read(form, first, run)
                first += len(run)
                accounts, meters = chunk.accounts(), chunk.meters()
                if self.directory.lacks(accounts, meters):
                    await asyncio.to_thread(self.directory.load, accounts, meters)
                batch = chunk.prepare(self.directory, self._clocked(), meta)
                while under and (len(under) >= RUNS_UNDER_WAY or self.is_full):
                    tally.add(await self._settled(under))
                await self._room()
                under.append(self._under_way(batch, sum(map(len, run))))
            while under:
                tally.add(await self._settled(under))
        finally:
            for future, size in under:  # whoever waited is gone; what was submitted still commits
                future.cancel()
                self._held -= size
        return tally

    def take_now(self, runs: Iterable[list[bytes]], form: Form, meta: bytes) -> Tally:
        """Take runs of events in from a thread; return once the last of them is committed."""
        tally, first = Tally(), 0
        under: deque[Future[Outcome]] = deque()
        for run in runs:
            chunk = Chunk.read(form, first, run)
            first += len(run)
            self.directory.load(chunk.accounts(), chunk.meters())
            batch = chunk.prepare(self.directory, self._clocked(), meta)
            if len(under) >= RUNS_UNDER_WAY:
                tally.add(under.popleft().result())
            under.append(self.flusher.submit(batch, ROOM_WAIT_SECONDS))
        for future in under:
            tally.add(future.result())
        return tally

    @property
    def is_full(self) -> bool:
        """Say whether so much waits for the log that nothing more should come in."""
        return self.flusher.events_waiting_room <= 0 or self._held >= HELD_BYTES_MAX

    async def _room(self) -> None:
        """Wait until more may come in, but not for ever: then OVERLOADED."""
        deadline = monotonic() + ROOM_WAIT_SECONDS
        while self.is_full:
            if monotonic() > deadline:
                raise Overloaded(seconds=1)
            await asyncio.sleep(ROOM_LOOK_SECONDS)

    def _under_way(self, batch: Batch, size: int) -> UnderWay:
        future = self._courier().expect(self.flusher.submit(batch))
        self._held += size
        return UnderWay(future, size)

    async def _settled(self, under: deque[UnderWay]) -> Outcome:
        """Wait for the oldest run under way, and take it off."""
        outcome = await under[0].future
        self._held -= under.popleft().size
        return outcome

    def _courier(self) -> Courier[Outcome]:
        loop = asyncio.get_running_loop()
        if loop not in self._couriers:
            self._couriers[loop] = Courier(loop)
        return self._couriers[loop]

    def _clocked(self) -> Clocked:
        return Clocked.at(self._clock(), self._ahead_days)
