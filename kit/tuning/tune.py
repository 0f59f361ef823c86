"""Carry out a `TuneSpec`: rows of a task are learnt, in a loop on accelerate."""

from __future__ import annotations

import contextlib
import itertools
import time
from pathlib import Path

import torch

from kit.errors import KitError
from kit.i18n import _
from kit.machine.facts import MIB
from kit.memory import PeakMemory
from kit.place import mendable, patiently
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.tuning.adapters.count import how_many
from kit.tuning.adapters.prompt import begun
from kit.tuning.adapters.saved import save_adapter
from kit.tuning.adapters.untuned import without_adapter
from kit.tuning.checkpoint import CheckpointFiles
from kit.tuning.durable import mend
from kit.tuning.example import batches
from kit.tuning.keeper import Keeper
from kit.tuning.learner import Learner
from kit.tuning.material import Material, gather, predicted_peak_bytes
from kit.tuning.outcome import outcome
from kit.tuning.progress import Progress
from kit.tuning.ranks import in_ranks, tune_in_ranks
from kit.tuning.schedule import evaluation_steps, total_steps
from kit.tuning.shortage import told_shortage
from kit.tuning.spec import TuneSpec
from kit.tuning.validate import Validation, telling_answer, validate

_EVALUATION_BATCH = 16


def tune(spec: Spec, report: Report) -> Result:
    """Tune the model of `spec` and leave an adapter that plain peft loads.

    Asked to stop, it stops after the step it is in; the adapter as far as it got is kept. Carried out again on the
    same folder, it goes on from the newest checkpoint there (`kit.tuning.keeper` says what is kept and when), and
    every step after that is what it would have been without the break.
    """
    assert isinstance(spec, TuneSpec)
    if spec.processes > 1 and not in_ranks():
        return tune_in_ranks(spec, report)
    return _Tuning(spec, report).run()


class _Tuning:
    def __init__(self, spec: TuneSpec, report: Report) -> None:
        self.spec, self.report = spec, report
        self.folder: Path = report.folder / "artifacts" / "adapter"
        self.material = gather(spec, report)
        self.total = total_steps(len(self.material.examples), spec.batch_size, spec.epochs, spec.steps)
        self.learner = Learner(
            self.material.model, spec, self.material.accelerator, pad=self.material.pad, total=self.total
        )
        self.keeper = _keeper(spec, report, self.material, self.learner, self.total)
        self.progress = Progress()

    def run(self) -> Result:
        with PeakMemory() as self.memory:
            self._begin()
            with told_shortage(self.spec, lambda: self.keeper.newest):
                self._train()
            self.keeper.keep(self._now())
            self._save_adapter()
        if self.progress.step == self.total:
            self.keeper.finish()
        else:
            self.report.message(_("Stopped after step {n} of {total}.").format(n=self.progress.step, total=self.total))
        self.report.metric("peak_memory_mib", self.progress.peak_mib)
        return outcome(self.spec, self.material, self.progress, self.report, total=self.total)

    def _begin(self) -> None:
        """Go on from where an earlier attempt came to, or tell what lies ahead."""
        if self.material.accelerator.is_main_process:
            mend(self.folder)
        self.progress = self.keeper.restore() or self.progress
        if self.progress.step:
            self.report.progress("training", self.progress.step, self.total, "steps")
            return
        self.report.message(how_many(self.material.model))
        self._tell_cut()
        peak = predicted_peak_bytes(self.material, self.spec)
        if peak is not None:
            self.report.record("estimate", {"peak_memory_mib": peak / MIB})

    def _tell_cut(self) -> None:
        encoded = self.material.encoded
        if encoded.questions_cut or encoded.answers_cut:
            told = _(
                "Rows longer than {most} tokens were cut: {questions} in their question, {answers} in their answer."
            )
            numbers = {"questions": encoded.questions_cut, "answers": encoded.answers_cut}
            self.report.message(told.format(most=self.spec.max_length, **numbers))

    def _train(self) -> None:
        """Train until all steps are done or a stop is asked for."""
        spec, examples = self.spec, self.material.examples
        order = itertools.islice(batches(examples, size=spec.batch_size, seed=spec.seed), self.progress.step, None)
        evaluate_after = evaluation_steps(self.total, spec.evaluations)
        self.material.model.train()
        while self.progress.step < self.total and not self._stop_asked():
            step = self.progress.step + 1
            started = time.perf_counter()
            rows = [examples[i] for i in next(order)]
            loss = self.learner.learn(rows, step)
            self.progress.step = step
            self._say_step(loss, sum(map(len, rows)) / (time.perf_counter() - started))
            if self.progress.before is None:  # after the first step, so that nobody waits for it
                self.progress.before = self._evaluate_untuned()
                self.keeper.keep(self._now())
            if step in evaluate_after:
                self.progress.last = self._evaluate()
                self.keeper.keep(self._now())
                if step < self.total:
                    self._save_adapter_if_there_is_room()
            elif self.keeper.due():
                self.keeper.keep(self._now())

    def _now(self) -> Progress:
        """Return how far it is, with the peak memory brought up to date."""
        self.progress.peak_mib = max(self.progress.peak_mib, self.memory.peak_mib)
        return self.progress

    def _say_step(self, loss: float, tokens_per_s: float) -> None:
        """Report one step; tokens are those of the rows, a shared beginning counted for each row."""
        step = self.progress.step
        self.report.metric("loss", loss, step=step)
        self.report.metric("learning_rate", self.learner.rate(step), step=step)
        self.report.metric("tokens_per_s", tokens_per_s, step=step)
        self.report.progress("training", step, self.total, "steps")
        self.report.metric("peak_memory_mib", self._now().peak_mib)

    def _evaluate_untuned(self) -> Validation:
        """Measure the model as it was before the first step: without its adapter."""
        with without_adapter(self.material.model):
            return self._evaluate(step=0)

    def _evaluate(self, step: int | None = None) -> Validation:
        m, rows = self.material, len(self.material.held_examples)
        step = self.progress.step if step is None else step
        self.report.progress("validating", 0, rows, "rows")
        found = validate(
            m.model,
            m.tokenizer,
            m.held,
            begun(m.model, m.held_examples),
            batch_size=_EVALUATION_BATCH,
            on_progress=lambda done: self.report.progress("validating", done, rows, "rows"),
        )
        self.report.metric("validation_loss", found.loss, step=step)
        if found.accuracy is not None:
            self.report.metric("validation_accuracy", found.accuracy, step=step)
        self.report.metric("peak_memory_mib", self._now().peak_mib)
        if found.answers:
            self.report.record("answer", telling_answer(m.held, self.progress.before or found, found))
        self.report.progress("training", self.progress.step, self.total, "steps")
        return found

    def _stop_asked(self) -> bool:
        """Has a stop been asked for in any process?"""
        accelerator = self.material.accelerator
        asked = torch.tensor(float(self.report.stop_asked()), device=accelerator.device)
        return bool(accelerator.reduce(asked, reduction="sum") > 0)

    def _write_adapter(self) -> None:
        m = self.material
        note = {"task": m.train.task, "instruction": m.train.instruction, "labels": list(m.train.labels)}
        save_adapter(m.model, self.folder, base=m.base, hub_id=m.hub_id, note=note)
        self.report.artifact("adapter", self.folder)

    def _save_adapter_if_there_is_room(self) -> None:
        if not self.material.accelerator.is_main_process:
            return
        with contextlib.suppress(OSError):  # the keeper has said so, and the last one is waited for
            self._write_adapter()

    def _save_adapter(self) -> None:
        if not self.material.accelerator.is_main_process:
            return
        try:
            patiently(self._write_adapter, self.report)
        except OSError as exc:
            if not mendable(exc):
                raise
            problem = _("The adapter cannot be written: {reason}.").format(reason=exc.strerror)
            fix = _("Make room, or let the folder be written to, and resume the run.")
            raise KitError(problem, fix=fix) from exc


def _keeper(spec: TuneSpec, report: Report, material: Material, learner: Learner, total: int) -> Keeper:
    return Keeper(
        CheckpointFiles(report.folder / "checkpoint", spec.key),
        learner,
        material.accelerator,
        report,
        total=total,
        same={"data_hash": material.train.hash, "validation_hash": material.held.hash},
        alike={"precision": material.precision, "processes": material.accelerator.num_processes},
    )
