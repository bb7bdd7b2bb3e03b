"""Outcomes on their way from the flush's thread to the event loop that waits for them.

One flush answers many requests. Waking the loop once for all of them, instead of once for each as
``asyncio.wrap_future`` does, is a good part of what one event per request costs.
"""

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Courier(Generic[T]):
    """Delivers the results of futures to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._arrived: deque[tuple[asyncio.Future[T], Future[T]]] = deque()
        self._is_called = False

    def expect(self, future: Future[T]) -> asyncio.Future[T]:
        """Return what to await on the loop for a future that another thread completes."""
        there: asyncio.Future[T] = self._loop.create_future()
        future.add_done_callback(lambda done: self._arrive(there, done))
        return there

    def _arrive(self, there: asyncio.Future[T], done: Future[T]) -> None:
        self._arrived.append((there, done))
        if not self._is_called:  # two threads may both call; the second delivery finds nothing
            self._is_called = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._is_called = False
        while self._arrived:
            there, done = self._arrived.popleft()
            if there.cancelled():
                continue
            if (error := done.exception()) is not None:
                there.set_exception(error)
            else:
                there.set_result(done.result())
