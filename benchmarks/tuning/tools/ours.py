"""Tunebook: carries out a `TuneSpec` as its worker processes do, and waits for its turns between the steps.

``settings`` holds the spec. The clock runs while a step is made. What the tuning does between steps on its own account
(validation, checkpoints) is left out, since others are measured without it too.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.tuning.job import Job, read_job, read_rows
from benchmarks.tuning.turns import Turns


def main() -> None:
    """Train as the job in the file says that the command line names."""
    turns = Turns(time.perf_counter())
    train(read_job(sys.argv[1]), turns)
    turns.ended()


def train(job: Job, turns: Turns) -> None:
    """Carry out the spec, which saves the adapter."""
    from kit.report import Report
    from kit.spec import carry_out, load_spec

    class Quiet(Report):
        insists = True

        def stop_asked(self) -> bool:
            return turns.over

    take_turns(job, turns)
    result = carry_out(load_spec(job.settings), Quiet(Path(job.folder)))
    (Path(job.folder) / result.artifacts["adapter"]).rename(job.adapter)


def take_turns(job: Job, turns: Turns) -> None:
    """Let the learner of Tunebook wait for `turns`."""
    from benchmarks.tuning.floor import matmul_rate, necessary
    from benchmarks.tuning.held import held_loss
    from kit.tuning.learner import Learner

    held = read_rows(job.held)
    begin, learn = Learner.__init__, Learner.learn
    models: list[Any] = []

    def beginning(self: Any, model: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, model, *args, **kwargs)
        models.append(model)

    def learning(self: Any, rows: Any, step: int) -> float:
        if not turns.begun and not turns.ready(lambda: held_loss(models[-1], held), matmul_rate):
            return 0.0
        if turns.over:
            return 0.0
        turns.resume()
        loss: float = learn(self, rows, step)
        questions, answers = [row.question for row in rows], [row.answer for row in rows]
        tokens, counted = necessary(questions, answers)
        turns.step_done(tokens=sum(map(len, rows)), answers=counted, necessary=tokens)
        return loss

    Learner.__init__, Learner.learn = beginning, learning  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
