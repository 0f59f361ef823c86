"""When a tuning keeps how far it is, and how it finds that again.

Kept is what cannot be computed again from the spec: weights, optimizer, evaluations. The order of rows, the learning
rate and what is random in a step follow from the spec and the number of the step.

A checkpoint is written after each evaluation, when the training ends or is stopped, and in between whenever a hundred
times as long as the last writing took has gone by (so that writing takes less than 1 % of the time), at least 10 s.
The newest two are kept. The one after the last step, or after an early stop, has no optimizer in it, and stays alone
when the tuning has finished: a run that is killed before its result is on the disk takes the adapter from there, and
what stays in the folder is no larger than the adapter.
"""

from __future__ import annotations

import time
from typing import Any

import torch
from accelerate import Accelerator

from kit.i18n import _
from kit.report import Report
from kit.tuning.checkpoint import Checkpoint, CheckpointFiles, Unusable
from kit.tuning.learner import Learner
from kit.tuning.progress import Progress

_LEAST_S = 10.0
_TIMES_THE_WRITING = 100.0


class Keeper:
    """Keeps and restores one tuning; of several processes the first writes and all read.

    Parameters
    ----------
    files : CheckpointFiles
    learner : Learner
    accelerator : Accelerator
    report : Report
        Told what is passed over, gone on from, or cannot be written.
    total : int
        Steps of the whole tuning.
    same : dict of str to str
        What must be the same for a checkpoint to be gone on from, such as the hashes of the data.
    alike : dict of str to (str or int)
        What should be, such as the precision; where it is not, the report is told.
    """

    def __init__(
        self,
        files: CheckpointFiles,
        learner: Learner,
        accelerator: Accelerator,
        report: Report,
        *,
        total: int,
        same: dict[str, str],
        alike: dict[str, str | int],
    ) -> None:
        self._files, self._learner, self._accelerator, self._report = files, learner, accelerator, report
        self._total, self._same, self._alike = total, same, alike
        self._newest: int | None = None
        self._since, self._took_s = time.monotonic(), 0.0
        self._told = False

    @property
    def newest(self) -> int | None:
        """The step of the newest checkpoint from which this tuning could go on."""
        return self._newest

    def due(self) -> bool:
        """Has enough time gone by since the last checkpoint?"""
        long_ago = time.monotonic() - self._since >= max(_LEAST_S, _TIMES_THE_WRITING * self._took_s)
        return self._learner.together(long_ago)

    def keep(self, progress: Progress) -> None:
        """Write a checkpoint, unless that of this step is there; where it cannot be written, the report is told."""
        step, first = progress.step, self._accelerator.is_main_process
        if not self._learner.together(first and not (step == self._newest and self._files.path(step).exists())):
            return
        notes = {**self._same, **self._alike, **progress.to_dict()}
        tensors = self._learner.tensors(optimizer=self._has_optimizer(step, progress.over))
        if not first:  # it only gave its parts
            return
        started = time.monotonic()
        try:
            self._files.write(Checkpoint(step, tensors, notes))
            self._newest, self._told = step, False
        except OSError as exc:
            self._tell_unwritten(exc)
        self._since = time.monotonic()
        self._took_s = self._since - started

    def restore(self) -> Progress | None:
        """Put the learner where the newest usable checkpoint has it and return how far that is; None without one."""
        first = self._accelerator.is_main_process
        checkpoint = self._newest_usable() if first else None
        step = self._told_by_the_first(-1 if checkpoint is None else checkpoint.step)
        if step < 0:
            return None
        if checkpoint is None:
            checkpoint = self._files.read(step)
        self._learner.load(checkpoint.tensors)
        self._newest = step
        progress = Progress.from_dict(checkpoint.notes)
        progress.resumed_at.append(step)
        self._report.message(_("Going on from step {n} of {total}.").format(n=step, total=self._total))
        self._tell_changes(checkpoint.notes)
        return progress

    def finish(self) -> None:
        """Keep the newest checkpoint only."""
        if self._accelerator.is_main_process:
            self._files.keep_newest()

    def _has_optimizer(self, step: int, over: bool) -> bool:
        return 0 < step < self._total and not over

    def _newest_usable(self) -> Checkpoint | None:
        steps = self._files.steps()
        for step in steps:
            try:
                checkpoint = self._files.read(step)
                self._check(checkpoint)
            except Unusable as exc:
                file = self._files.path(step).name
                self._report.message(_("The checkpoint {file} is passed over: {why}.").format(file=file, why=exc))
            else:
                return checkpoint
        if steps:
            self._report.message(_("No checkpoint is left to go on from: the training begins again."))
        return None

    def _check(self, checkpoint: Checkpoint) -> None:
        changed = [name for name, value in self._same.items() if checkpoint.notes.get(name) != value]
        if changed:
            raise Unusable(_("it was made with other rows ({what})").format(what=", ".join(changed)))
        optimizer = self._has_optimizer(checkpoint.step, bool(checkpoint.notes.get("over")))
        if checkpoint.step > self._total or not self._learner.fits(checkpoint.tensors, optimizer=optimizer):
            raise Unusable(_("it is of another model or adapter"))

    def _told_by_the_first(self, number: int) -> int:
        first = self._accelerator.is_main_process
        told = torch.tensor(number if first else 0, device=self._accelerator.device)
        return int(self._accelerator.reduce(told, reduction="sum"))

    def _tell_changes(self, notes: dict[str, Any]) -> None:
        for name, now in self._alike.items():
            if notes.get(name) != now:
                text = _(
                    "From here on {name} is {now}; it was {before}, so the numbers may differ in their last digits."
                )
                self._report.message(text.format(name=name, now=now, before=notes.get(name)))

    def _tell_unwritten(self, exc: OSError) -> None:
        if self._told:
            return
        self._told = True
        kept = _("none yet") if self._newest is None else _("of step {n}").format(n=self._newest)
        text = _("A checkpoint cannot be written ({reason}); the training goes on. The newest one: {kept}.")
        self._report.message(text.format(reason=exc.strerror or exc, kept=kept))
