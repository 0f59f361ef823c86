"""Who is answered next: visitors in turn, however many questions one of them asks."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Refused(Exception):
    """There is no room for another question; `busy` says whether of this visitor or of all."""

    def __init__(self, busy: str) -> None:
        super().__init__(busy)
        self.busy = busy


class Line:
    """A queue that serves visitors in turn: start-time fair queueing, each question counting one.

    A question's tag is one more than that of its visitor's question before, and never less than that of the question
    served last; the least tag is served next (Goyal, Vin, Cheng 1996, start-time fair queuing). So whoever asks one
    question while another has a hundred waiting is next.

    Parameters
    ----------
    slots : int
        Questions that are answered at once.
    per_visitor : int
        Of one visitor, waiting and being answered.
    waiting : int
        Of all, waiting.
    """

    def __init__(self, slots: int, *, per_visitor: int, waiting: int) -> None:
        self._slots, self._per_visitor, self._most = slots, per_visitor, waiting
        self._queue: list[tuple[int, int, asyncio.Future[None], str]] = []
        self._count = itertools.count()
        self._now = 0
        self._last: dict[str, int] = {}
        self._held: dict[str, int] = {}
        self.busy = 0
        self.waiting = 0

    @asynccontextmanager
    async def turn(self, visitor: str) -> AsyncIterator[None]:
        """Wait for a slot and hold it.

        Raises
        ------
        Refused
            The visitor, or all together, have too many questions.
        """
        self._enter(visitor)
        try:
            await self._wait(visitor)
            try:
                yield
            finally:
                self._release()
        finally:
            self._leave(visitor)

    def before(self, visitor: str) -> int | None:
        """Return how many are served before the visitor's first question that waits, or None where none does."""
        waiting = (each for _tag, _order, mine, each in sorted(self._queue) if not mine.done())
        return next((place for place, each in enumerate(waiting) if each == visitor), None)

    def _enter(self, visitor: str) -> None:
        if self._held.get(visitor, 0) >= self._per_visitor:
            raise Refused("visitor")
        if self.waiting >= self._most:
            raise Refused("all")
        self._held[visitor] = self._held.get(visitor, 0) + 1

    def _leave(self, visitor: str) -> None:
        self._held[visitor] -= 1
        if not self._held[visitor]:
            del self._held[visitor]
        if self._last.get(visitor, 0) <= self._now and visitor not in self._held:
            self._last.pop(visitor, None)  # says no more than a visitor who was never here

    async def _wait(self, visitor: str) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        tag = max(self._now, self._last.get(visitor, 0)) + 1
        self._last[visitor] = tag
        heapq.heappush(self._queue, (tag, next(self._count), mine, visitor))
        self.waiting += 1
        self._serve()
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # the slot came while this one gave up
                self._release()
            else:
                self.waiting -= 1  # its place in the queue is passed over when it comes up
            raise

    def _release(self) -> None:
        self.busy -= 1
        self._serve()

    def _serve(self) -> None:
        while self.busy < self._slots and self._queue:
            tag, _order, mine, _visitor = heapq.heappop(self._queue)
            if mine.cancelled():
                continue
            self._now = max(self._now, tag - 1)
            self.waiting -= 1
            self.busy += 1
            mine.set_result(None)
