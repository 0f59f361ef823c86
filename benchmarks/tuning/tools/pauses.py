"""Turns for whatever trains with a `Trainer` of Transformers: a callback, and a counter of what the model reads."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from benchmarks.tuning.floor import matmul_rate
from benchmarks.tuning.held import held_loss
from benchmarks.tuning.job import Job, read_rows
from benchmarks.tuning.turns import Turns


class Pauses(TrainerCallback):  # type: ignore[misc]
    """Makes a `Trainer` wait for its turns.

    Parameters
    ----------
    turns : Turns
    job : Job
    """

    def __init__(self, turns: Turns, job: Job) -> None:
        self._turns, self._rows = turns, read_rows(job.held)
        self._read = {"tokens": 0, "answers": 0}

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Wait for the first turn."""
        model = kwargs["model"]
        model.register_forward_pre_hook(self._count, with_kwargs=True)
        self._go_on(self._turns.ready(lambda: held_loss(model, self._rows), matmul_rate), control)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Wait for the next turn when this one is over."""
        read, self._read = self._read, {"tokens": 0, "answers": 0}
        self._go_on(self._turns.step_done(**read), control)

    def _go_on(self, wanted: bool, control: Any) -> None:
        if wanted:
            self._turns.resume()
        else:
            control.should_training_stop = True

    def _count(self, model: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Count tokens that are no padding, and those that the loss counts."""
        if not model.training or "input_ids" not in kwargs:
            return
        mask, labels = kwargs.get("attention_mask"), kwargs.get("labels")
        if mask is not None and mask.dim() == 2:
            self._read["tokens"] += int((mask > 0).sum())
        else:
            self._read["tokens"] += kwargs["input_ids"].numel()
        self._read["answers"] += 0 if labels is None else int((labels != -100).sum())
