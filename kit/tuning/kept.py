"""The adapter that a tuning leaves: the newest that is not clearly worse than the best one, or the newest.

What was written at that evaluation stays as it is, so nothing but the file itself holds it. Where it could not be
written then (a full disk), its weights are held in memory until they can.
"""

from __future__ import annotations

import json
from pathlib import Path

from kit.errors import KitError
from kit.i18n import _
from kit.place import mendable, patiently
from kit.report import Report
from kit.tuning.adapters.saved import NOTE, save_adapter
from kit.tuning.checkpoint import Tensors
from kit.tuning.durable import mend
from kit.tuning.learner import Learner
from kit.tuning.material import Material
from kit.tuning.progress import Progress


class Kept:
    """Writes the adapter of one tuning; of several processes only the first does.

    Parameters
    ----------
    material : Material
    learner : Learner
    report : Report
        Told of each writing, in whose folder it is.
    best : bool
        Does the newest one count that is not clearly worse than the best one? Else the newest.
    """

    def __init__(self, material: Material, learner: Learner, report: Report, *, best: bool) -> None:
        self._material, self._learner, self._report, self._best = material, learner, report, best
        self._folder: Path = report.folder / "artifacts" / "adapter"
        self._held: tuple[int, Tensors] | None = None

    def begin(self, progress: Progress) -> None:
        """Put right what a kill has left, and write what it kept from being written."""
        if self._first:
            mend(self._folder)
        measured = bool(progress.points) and progress.points[-1].step == progress.step
        if self._learner.together(self._first and measured and progress.step != self._written()):
            self.after_evaluation(progress)

    def after_evaluation(self, progress: Progress) -> None:
        """Write the newest adapter if it is the one that counts; where there is no room, it is written at the end."""
        if not self._learner.together(self._first and self.step(progress) == progress.step):
            return
        tensors = self._learner.tensors(optimizer=False)
        if not self._first:
            return
        self._held = None
        try:
            self._write(progress.step, tensors)
        except OSError:  # the keeper has said so
            self._held = progress.step, {name: each.to("cpu", copy=True) for name, each in tensors.items()}

    def at_end(self, progress: Progress) -> int:
        """Make sure that an adapter is written, waiting for room where there is none, and return its step.

        That is the step of the one which counts; of the newest where that one is lost (there was no room for it, and
        then a kill).

        Raises
        ------
        KitError
            It cannot be written.
        """
        step, together = self.step(progress), self._learner.together
        if not (self._first or self._learner.divided):
            return step
        if together(step == self._written()):
            if self._first:
                self._report.artifact("adapter", self._folder)
            return step
        held = self._held[1] if self._held is not None and self._held[0] == step else None
        if together(held is None) and step != progress.step:
            told = _("The adapter of step {n} was not written and is lost; the newest one is kept.")
            self._report.message(told.format(n=step))
            step = progress.step
        if held is not None and not self._learner.divided:
            self._learner.load(held)
        tensors = self._learner.tensors(optimizer=False)
        if self._first:
            self._write_patiently(step, held or tensors)
        return step

    def step(self, progress: Progress) -> int:
        """Return the step of the adapter that counts; the newest where nothing was evaluated."""
        best = progress.kept_step if self._best else None
        return progress.step if best is None else best

    @property
    def _first(self) -> bool:
        return bool(self._material.accelerator.is_main_process)

    def _write_patiently(self, step: int, tensors: Tensors) -> None:
        try:
            patiently(lambda: self._write(step, tensors), self._report)
        except OSError as exc:
            if not mendable(exc):
                raise
            problem = _("The adapter cannot be written: {reason}.").format(reason=exc.strerror)
            fix = _("Make room, or let the folder be written to, and resume the run.")
            raise KitError(problem, fix=fix) from exc

    def _write(self, step: int, tensors: Tensors) -> None:
        m = self._material
        state = None  # the model has all
        if self._learner.divided:
            state = {name.removeprefix("weights/"): each for name, each in tensors.items()}
        told = {"task": m.train.task, "instruction": m.train.instruction, "labels": list(m.train.labels)}
        save_adapter(m.model, self._folder, base=m.base, hub_id=m.hub_id, note={**told, "step": step}, state=state)
        self._report.artifact("adapter", self._folder)

    def _written(self) -> int | None:
        """Return the step of the adapter that is there."""
        try:
            step = json.loads((self._folder / NOTE).read_text(encoding="utf-8")).get("step")
        except (OSError, ValueError):
            return None
        return step if isinstance(step, int) else None
