"""How many rows are read at a time in each step: at first several numbers in turn, then the fastest."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch.distributed as dist

from kit.tuning.fitting.settling import as_the_first
from kit.tuning.fitting.trial import Trial

if TYPE_CHECKING:
    from kit.tuning.example import Example
    from kit.tuning.fitting.settling import Settled
    from kit.tuning.learner import Learner


class Pace:
    """Sets the micro-batch of a learner, step by step.

    Parameters
    ----------
    settled : Settled
        Among whose sizes the fastest is looked for; told which it is.
    learner : Learner
    done, total : int
        Steps that are done, and that there will be.
    """

    def __init__(self, settled: Settled, learner: Learner, done: int, total: int) -> None:
        self._settled, self._learner = settled, learner
        self._trial = Trial(settled.decision.sizes, begin=done + 1, total=total)

    @contextlib.contextmanager
    def of(self, rows: Sequence[Example], step: int) -> Iterator[None]:
        """Let the step `step` on `rows` be made inside the block."""
        trial = self._trial
        self._learner.micro_batch_size = trial.size(step)
        started = time.perf_counter()
        yield
        if trial.going_on(step):
            seconds = _alike(time.perf_counter() - started)
            if trial.tell(step, sum(map(len, rows)), seconds) and trial.chosen is not None:
                self._settled.measured(trial.rates, trial.chosen)


def _alike(seconds: float) -> float:
    """Return the time of the first process, so that all choose alike."""
    return float(as_the_first(lambda: seconds)) if dist.is_initialized() else seconds
