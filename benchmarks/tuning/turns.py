"""The tool's side of taking turns: it trains some steps when it is told to and waits while others train.

Commands come as JSON lines on standard input, one answer to each goes out on what was standard output; whatever
libraries print goes to standard error. The clock of a turn runs while the tool says so (`resume`) until a step is done.

=========================== =====================================================================
``{"do": "train", "steps"}`` trains; answers steps, seconds, tokens, peak_mib and what was counted
``{"do": "evaluate"}``       answers the loss on held rows
``{"do": "rate"}``           answers how fast large matrices are multiplied, in operations a second
``{"do": "end"}``            ends the training; the adapter is written before the answer
=========================== =====================================================================
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.tuning.peak import finish_work, forget_peak, peak_mib


class Turns:
    """The turns of one tool, from the beginning of its process to the end.

    Parameters
    ----------
    began : float
        When the process began its work, by `time.perf_counter`.
    """

    def __init__(self, began: float) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)
        self._began, self._left = began, 0
        self._counted: Counter[str] = Counter()
        self._since = self._seconds = 0.0
        self._loss: Callable[[], float] = lambda: 0.0
        self._rate: Callable[[], float] = lambda: 0.0
        self.begun = self.over = False

    def ready(self, loss: Callable[[], float], rate: Callable[[], float]) -> bool:
        """Say that training can begin, and wait for the first turn; return whether there is one.

        Parameters
        ----------
        loss : callable
            Measures the loss on held rows.
        rate : callable
            Measures the matrix products of this process.
        """
        self._loss, self._rate, self.begun = loss, rate, True
        self._say(ready=True, start_s=round(time.perf_counter() - self._began, 2))
        return self._wait()

    def resume(self) -> None:
        """Let the clock run."""
        self._since = time.perf_counter()

    def step_done(self, **counted: float) -> bool:
        """Stop the clock and count a step; after the last of a turn answer and wait for the next.

        Returns whether training goes on.
        """
        if self._left == 1:
            finish_work()
        self._seconds += time.perf_counter() - self._since
        self._counted.update({"steps": 1, **counted})
        self._left -= 1
        if self._left > 0:
            return True
        self._say(seconds=self._seconds, peak_mib=peak_mib(), **self._counted)
        return self._wait()

    def ended(self) -> None:
        """Say that the adapter is written and everything done."""
        self._say(ended=True)

    def _wait(self) -> bool:
        for line in sys.stdin:
            asked: dict[str, Any] = json.loads(line)
            if asked["do"] == "train":
                self._begin(asked["steps"])
                return True
            if asked["do"] == "evaluate":
                self._say(loss=self._loss())
            elif asked["do"] == "rate":
                self._say(rate=self._rate())
            else:
                break
        self.over = True
        return False

    def _begin(self, steps: int) -> None:
        self._left = steps
        self._counted.clear()
        self._seconds = 0.0
        forget_peak()

    def _say(self, **message: Any) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()
