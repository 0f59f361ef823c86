"""Carry out a `TuneSpec`: rows of a task are learnt, in a loop on accelerate."""

from __future__ import annotations

import itertools
import time

import torch

from kit.i18n import _
from kit.memory import PeakMemory
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.tuning.adapters.count import how_many
from kit.tuning.adapters.untuned import without_adapter
from kit.tuning.checkpoint import CheckpointFiles
from kit.tuning.example import batches
from kit.tuning.fitting.pace import Pace
from kit.tuning.fitting.settling import told_estimate
from kit.tuning.keeper import Keeper
from kit.tuning.kept import Kept
from kit.tuning.learner import Learner
from kit.tuning.material import Material, Teach, gather
from kit.tuning.noise import add_noise
from kit.tuning.outcome import outcome
from kit.tuning.progress import Progress
from kit.tuning.qat.leave import with_merged
from kit.tuning.ranks import in_ranks, tune_in_ranks
from kit.tuning.schedule import evaluation_steps, total_steps
from kit.tuning.shortage import told_shortage
from kit.tuning.spec import TuneSpec
from kit.tuning.watching.course import out_of_patience, overfit
from kit.tuning.watching.told import check_loss, told_cut, told_early_stop, told_overfit
from kit.tuning.watching.watch import Watch


def tune(spec: Spec, report: Report, *, teach: Teach | None = None) -> Result:
    """Tune the model of `spec` and leave an adapter that plain peft loads.

    Asked to stop, it stops after the step it is in; the adapter as far as it got is kept. Carried out again on the
    same folder, it goes on from the newest checkpoint there (`kit.tuning.keeper` says what is kept and when), and
    every step after that is what it would have been without the break.
    """
    assert isinstance(spec, TuneSpec)
    if spec.processes > 1 and not in_ranks():
        return tune_in_ranks(spec, report)
    return _Tuning(spec, report, teach).run()


class _Tuning:
    def __init__(self, spec: TuneSpec, report: Report, teach: Teach | None) -> None:
        self.spec, self.report = spec, report
        self.material = m = gather(spec, report, teach)
        self.total = total_steps(len(m.examples), spec.batch_size, spec.epochs, spec.steps)
        self.counted = how_many(m.model)  # before the layout leaves each process its part
        self.learner = Learner(m.model, m.settled.spec, m.accelerator, pad=m.pad, total=self.total)
        self.watch = Watch(spec, m, report)
        self.keeper = _keeper(spec, report, m, self.learner, self.total)
        self.kept = Kept(m, self.learner, report, best=spec.keep == "best")
        self.progress = Progress()
        add_noise(m.model, spec.neftune_noise_alpha)

    def run(self) -> Result:
        with PeakMemory() as self.memory:
            self._begin()
            with told_shortage(self.material.settled, lambda: self.keeper.newest):
                self._train()
            self.keeper.keep(self._now())
            kept = self.kept.at_end(self.progress)
        if self._ended():
            self.keeper.finish()
        else:
            self.report.message(_("Stopped after step {n} of {total}.").format(n=self.progress.step, total=self.total))
        self.report.metric("peak_memory_mib", self.progress.peak_mib)
        self.report.metric("training_s", self.progress.seconds)
        result = outcome(self.spec, self.material, self.progress, self.report, total=self.total, kept=kept)
        return with_merged(result, self.spec, self.material, self.report)

    def _begin(self) -> None:
        """Go on from where an earlier attempt came to, or tell what lies ahead."""
        self.progress = self.keeper.restore() or self.progress
        self.kept.begin(self.progress)
        if self.progress.step:
            self.report.progress("training", self.progress.step, self.total, "steps")
            return
        self.report.message(self.counted)
        told_cut(self.material.encoded, self.spec.max_length, self.report)
        told_estimate(self.material.settled, self.report)

    def _train(self) -> None:
        """Train until all steps are done, nothing gets better any more, or a stop is asked for."""
        spec, examples = self.spec, self.material.examples
        order = itertools.islice(batches(examples, size=spec.batch_size, seed=spec.seed), self.progress.step, None)
        evaluate_after = evaluation_steps(self.total, spec.evaluations)
        self.began = time.perf_counter() - self.progress.seconds
        pace = Pace(self.material.settled, self.learner, self.progress.step, self.total)
        self.material.model.train()
        while not self._ended() and not self._any(self.report.stop_asked()):
            started = time.perf_counter()
            rows = [examples[i] for i in next(order)]
            with pace.of(rows, self.progress.step + 1):
                loss = self.learner.learn(rows, self.progress.step + 1)
            check_loss(loss, self.progress.step + 1, spec.learning_rate)
            self.progress.stepped(loss)
            self._say_step(loss, sum(map(len, rows)) / (time.perf_counter() - started))
            if self.progress.before is None:  # after the first step, so that nobody waits for it
                self._evaluate_untuned()
            if self.progress.step in evaluate_after:
                self._evaluate()
            elif self.keeper.due():
                self.keeper.keep(self._now())

    def _ended(self) -> bool:
        return self.progress.over or self.progress.step == self.total

    def _now(self) -> Progress:
        """Return how far it is, with peak memory and time brought up to date."""
        self.progress.peak_mib = max(self.progress.peak_mib, self.memory.peak_mib)
        self.progress.seconds = time.perf_counter() - self.began
        return self.progress

    def _say_step(self, loss: float, tokens_per_s: float) -> None:
        """Report one step; tokens are those of the rows, a shared beginning counted for each row."""
        step = self.progress.step
        self.report.metric("loss", loss, step=step)
        self.report.metric("learning_rate", self.learner.rate(step), step=step)
        self.report.metric("tokens_per_s", tokens_per_s, step=step)
        self._say_where()

    def _say_where(self) -> None:
        self.report.progress("training", self.progress.step, self.total, "steps")
        self.report.metric("peak_memory_mib", self._now().peak_mib)

    def _evaluate_untuned(self) -> None:
        """Measure the model as it was before the first step: without its adapter."""
        with without_adapter(self.material.model):
            self.progress.before = self.watch.measure(0, None)
        self._say_where()
        self.keeper.keep(self._now())

    def _evaluate(self) -> None:
        """Measure the model as it is, keep it, and see whether to go on."""
        progress = self.progress
        known = overfit(progress.points)
        progress.evaluated(self.watch.measure(progress.step, progress.before))
        self._say_where()
        if known is None:
            told_overfit(overfit(progress.points), self.spec, self.report)
        early = progress.step < self.total and out_of_patience(progress.points, self.spec.early_stopping)
        progress.over = self._any(early)
        self.keeper.keep(self._now())
        if progress.over:
            told_early_stop(progress, self.total, self.report)
        elif progress.step < self.total:
            self.kept.after_evaluation(progress)

    def _any(self, here: bool) -> bool:
        """Is it so in any process?"""
        accelerator = self.material.accelerator
        count = torch.tensor(float(here), device=accelerator.device)
        return bool(accelerator.reduce(count, reduction="sum") > 0)


def _keeper(spec: TuneSpec, report: Report, material: Material, learner: Learner, total: int) -> Keeper:
    return Keeper(
        CheckpointFiles(report.folder / "checkpoint", spec.key),
        learner,
        material.accelerator,
        report,
        total=total,
        same={"data_hash": material.train.hash, "validation_hash": material.held.hash},
        alike={
            "precision": material.precision,
            "processes": material.accelerator.num_processes,
            "layout": spec.layout,
        },
    )
