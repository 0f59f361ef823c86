"""Threads that ask an engine, as many at once as it has slots; what finds none free waits in the order it came."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from kit.measure.loads.request import Outcome

_GRACE_S = 5.0  # for requests that are under way when a load is given up

Job = Callable[[], Outcome]


class Crew:
    """A context manager; leaving it waits a little for what is under way.

    Threads of their own, since those of `concurrent.futures` keep a process alive until a silent server speaks.

    Parameters
    ----------
    slots : int
        Jobs done at the same time.
    stop : Event
        Set when the block is left; jobs look at it and give up.
    """

    def __init__(self, slots: int, stop: threading.Event) -> None:
        self._slots, self._stop = slots, stop
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._under_way = 0  # jobs handed over whose outcome was not taken yet

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        for _thread in self._threads:
            self._jobs.put(None)
        until = time.monotonic() + _GRACE_S
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0))

    def hand(self, job: Job) -> None:
        """Have `job` done when a slot is free."""
        self._under_way += 1
        if self._under_way > len(self._threads) < self._slots:
            self._threads.append(threading.Thread(target=self._work, daemon=True, name="load"))
            self._threads[-1].start()
        self._jobs.put(job)

    def take(self, timeout_s: float) -> Outcome | None:
        """Return the outcome of a job, or None when none was done in time; an error of a job is raised here."""
        try:
            found = self._done.get(timeout=max(timeout_s, 0))
        except queue.Empty:
            return None
        self._under_way -= 1
        if isinstance(found, BaseException):
            raise found
        return found

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            if self._stop.is_set():
                continue
            try:
                self._done.put(job())
            except BaseException as exc:  # told where the outcome is waited for
                self._done.put(exc)
