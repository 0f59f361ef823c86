"""Measure how fast this machine is while the panel goes on answering."""

from __future__ import annotations

import threading

from kit.machine.speed import Speed, known_speed, measure_speed


class Probe:
    """The speed of this machine as far as it is known, and a measurement that may be going on."""

    def __init__(self) -> None:
        self.speed: Speed | None = known_speed()
        self.problem: Exception | None = None
        self._thread: threading.Thread | None = None

    @property
    def going(self) -> bool:
        """Is it being measured?"""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin to measure, unless that is going on; the work is done in a process of its own."""
        if not self.going:
            self.problem = None
            self._thread = threading.Thread(target=self._work, name="tunebook-measure", daemon=True)
            self._thread.start()

    def ended(self) -> bool:
        """Is a measurement over that was going on when this was last asked?"""
        over = self._thread is not None and not self._thread.is_alive()
        if over:
            self._thread = None
        return over

    def look(self) -> bool:
        """Read anew what is known, which another panel may have measured; say whether that has changed."""
        before, self.speed = self.speed, known_speed()
        return self.speed != before

    def _work(self) -> None:
        try:
            measure_speed()
        except Exception as exc:  # whatever it is, the panel tells it: an error in a thread is lost
            self.problem = exc
