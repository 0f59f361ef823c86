"""The variants of a sweep that workers of a scheduler measure at once, kept as they come.

They come in any order; whoever judges them asks for them in the order of the sweep.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from kit.report import PrefixedReport, Report
from kit.result import Result
from kit.runners import Runner
from kit.spec import Spec

WORK = "kit.experiments.apart:measured_apart"


class Ahead:
    """What is measured ahead of its turn.

    Parameters
    ----------
    runner : Runner
        Who measures, as many at once as it has room for.
    report : Report
        Of the sweep.
    keep : callable
        Is given the name and the part as soon as it is there.
    """

    def __init__(self, runner: Runner, report: Report, keep: Callable[[str, Result], None]) -> None:
        self._runner, self._report, self._keep = runner, report, keep
        self._futures: dict[str, Future[Result]] = {}
        self._leaving = threading.Event()

    def begin(self, names: Sequence[str], spec_of: Callable[[str], Spec]) -> None:
        """Begin to measure what `names` call, each on a thread that waits for a free worker."""
        for name in names:
            self._futures[name] = Future()
        for name in names:
            threading.Thread(target=self._measure, args=(name, spec_of(name)), daemon=True).start()

    def get(self, name: str, patience_s: float = math.inf) -> Result:
        """Wait for the part of that name (raises what came up while it was measured, or `TimeoutError`)."""
        return self._futures[name].result(max(patience_s, 0.0) if math.isfinite(patience_s) else None)

    def done(self, name: str) -> Result | None:
        """Return the part of that name if it is there, without waiting."""
        future = self._futures.get(name)
        return future.result() if future is not None and future.done() and future.exception() is None else None

    def leave(self) -> None:
        """Ask all that is still measured to stop, and wait for it."""
        self._leaving.set()
        for future in self._futures.values():
            future.exception()

    def _measure(self, name: str, spec: Spec) -> None:
        future = self._futures[name]
        try:
            part = self._runner.carry_out(WORK, spec, _Leaving(self._report, name, self._leaving))
            self._keep(name, part)
            future.set_result(part)
        except BaseException as exc:
            future.set_exception(exc)


class _Leaving(PrefixedReport):
    """The report of one variant, which stops when its sweep leaves."""

    def __init__(self, outer: Report, label: str, leaving: threading.Event) -> None:
        super().__init__(outer, label)
        self._leaving = leaving

    def stop_asked(self) -> bool:
        return self._leaving.is_set() or super().stop_asked()
