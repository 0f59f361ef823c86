"""Carry out a `SearchSpec`: trial after trial, as many at once as the runner has room for, while the minutes last.

Each trial is kept when it begins and when it ends. After an interruption, however it came, those that had ended are not
repeated, and those that were under way go on, with the same settings, from what they had saved; on another machine they
begin anew. Adapters are kept of trials that nobody beats; the spec of every other makes its adapter again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import queue
import shutil
import statistics
import threading
import time

from kit.data import open_data
from kit.errors import KitError, Stopped
from kit.experiments.search.goals import nobody_beats
from kit.experiments.search.outcome import ended_words, outcome, row_of
from kit.experiments.search.spec import SearchSpec
from kit.experiments.search.study import Study, spec_of
from kit.experiments.search.trial import Kept, State, Trial
from kit.experiments.search.watch import TrialReport
from kit.i18n import _
from kit.isolated import error_dict
from kit.report import Report
from kit.result import Result, Status
from kit.runners import Runner, runner_of
from kit.spec import Spec

_WORK = "kit.experiments.search.apart:tuned_apart"
_HOPELESS = 3  # failures before anything has worked, after which a search gives up
_LOOK_S = 0.2
_TELL_S = 0.5


def search(spec: Spec, report: Report) -> Result:
    """Tune with many settings; the result has a part for each trial, and says which of them nobody beats.

    Asked to stop, it lets the trials that are under way save what they have; resumed, it goes on with them.
    """
    assert isinstance(spec, SearchSpec)
    report.progress("searching", 0, spec.trials, "trials")
    if not report.on:
        spec.tune.look_ahead()
    with runner_of(report) as runner:
        found = _Search(spec, report, runner)
        status = found.run()
    return outcome(spec, report, found.trials, found.study, status=status, spent_s=found.spent_s)


class _Search:
    def __init__(self, spec: SearchSpec, report: Report, runner: Runner) -> None:
        self._spec, self._report, self._runner = spec, report, runner
        self._kept = Kept(spec.key, report, None if report.on else open_data(spec.tune.data).hash)
        self.trials = [_again(trial) for trial in self._kept.read()]
        self._waiting = [trial for trial in self.trials if trial.state == "running"]
        self.study = Study(spec, [trial for trial in self.trials if trial.state != "running"])
        self._began = time.monotonic() - max((trial.spent_s for trial in self.trials), default=0.0)
        self._under_way: dict[int, TrialReport] = {}
        self._since: dict[int, float] = {}
        self._ended: queue.Queue[tuple[Trial, Result | None, BaseException | None]] = queue.Queue()
        self._leaving = False
        self._exhausted = False
        self._told = 0.0

    @property
    def spent_s(self) -> float:
        """Seconds of the budget that are spent, over all attempts."""
        return time.monotonic() - self._began

    def run(self) -> Status:
        """Carry trials out until there are enough, the minutes are spent or a stop is asked for."""
        try:
            while True:
                self._fill()
                if not self._under_way:
                    break
                self._take_ended()
                self._tell()
        finally:
            self._leaving = True  # whatever brought us here, no trial stays behind
            while self._under_way:
                self._take_ended()
        interrupted = [trial for trial in self.trials if trial.state == "running"]
        if self._report.stop_asked() and (interrupted or self._wanted()):
            return "stopped"
        for trial in interrupted:  # the minutes were spent before they were taken up again
            trial.state = "cut"
        return "finished"

    def _fill(self) -> None:
        """Begin trials while there is room for them."""
        while len(self._under_way) < self._runner.slots():
            trial = None if self._report.stop_asked() else self._next()
            if trial is None:
                return
            self._begin(trial)

    def _next(self) -> Trial | None:
        if not self._wanted() or self._too_late():
            return None
        if self._waiting:
            trial = self._waiting.pop(0)
            self.study.go_on(trial)
            return trial
        number = max((trial.number for trial in self.trials), default=0) + 1
        params = self.study.propose(number)
        if params is None:
            self._exhausted = True
            return None
        self.trials.append(Trial(number, params))
        return self.trials[-1]

    def _wanted(self) -> bool:
        """Is there anything left to try?"""
        failed = [trial for trial in self.trials if trial.state == "failed"]
        hopeless = len(failed) >= _HOPELESS and not any(trial.state in ("finished", "pruned") for trial in self.trials)
        if hopeless or self._exhausted:
            return bool(self._waiting) and not hopeless
        return bool(self._waiting) or len(self.trials) < self._spec.trials

    def _too_late(self) -> bool:
        """Would a trial that begins now be cut off, as far as those before it tell?"""
        if self._spec.minutes is None:
            return False
        took = [trial.seconds for trial in self.trials if trial.state == "finished"]
        return self.spent_s + (statistics.median(took) if took else 0.0) > self._spec.minutes * 60

    def _over(self) -> bool:
        return self._leaving or (self._spec.minutes is not None and self.spent_s > self._spec.minutes * 60)

    def _begin(self, trial: Trial) -> None:
        goal = self._spec.goals[0]
        watched = TrialReport(
            self._report,
            _("trial {n}").format(n=trial.number),
            self._report.folder / trial.folder,
            goal=goal.name if goal.at_evaluations else "",
            evaluations=self._spec.tune.evaluations,
            falls_behind=lambda step, value: self._falls_behind(trial, step, value),
            is_over=self._over,
            progressed=self._tell,
        )
        self._keep(trial)
        self._under_way[trial.number], self._since[trial.number] = watched, time.monotonic()
        threading.Thread(target=self._carry_out, args=(trial, watched), daemon=True).start()

    def _carry_out(self, trial: Trial, watched: TrialReport) -> None:
        """Carry one trial out, on a thread of its own, and hand over how it ended, whatever that is."""
        began = time.monotonic()
        found: Result | None = None
        trouble: BaseException | None = None
        try:
            found = self._runner.carry_out(_WORK, spec_of(self._spec, trial.params), watched)
        except Stopped as stop:
            found, trouble = stop.result, stop
        except BaseException as exc:
            trouble = exc
        trial.seconds += round(time.monotonic() - began, 2)
        self._ended.put((trial, found, trouble))

    def _falls_behind(self, trial: Trial, step: int, value: float) -> bool:
        trial.curve[step] = value
        self._keep(trial)
        return self.study.falls_behind(trial.number, step, value) and not self._leaving

    def _take_ended(self) -> None:
        with contextlib.suppress(queue.Empty):
            self._take(*self._ended.get(timeout=_LOOK_S))

    def _take(self, trial: Trial, found: Result | None, trouble: BaseException | None) -> None:
        watched = self._under_way.pop(trial.number)
        broken = None if isinstance(trouble, Stopped) else trouble  # whoever carries it out, not the trial
        interrupted = isinstance(trouble, Stopped) and (self._leaving or self._report.stop_asked())
        if broken is not None or (interrupted and not watched.pruned):
            self._keep(trial)  # as running: it goes on when the search is resumed
            if broken is not None and not self._leaving:
                raise broken
            return
        trial.state = _state(found, watched)
        made = spec_of(self._spec, trial.params).to_dict()
        trial.result = dataclasses.replace(found or Result(spec=made, status="stopped"), spec=made)
        if trial.state == "finished" and trial.values(self._spec.goals) is None:
            trial.state, trial.result = "failed", _without_goals(trial.result, self._spec)
        self._keep(trial)
        self.study.end(trial)
        self._report.record("trial", row_of(trial, self._spec))
        self._report.message(ended_words(trial, self._spec))
        self._tidy(trial)

    def _keep(self, trial: Trial) -> None:
        trial.spent_s = round(self.spent_s, 1)
        self._kept.keep(trial)

    def _tidy(self, ended: Trial) -> None:
        """Remove what trials have left that somebody beats."""
        values = {trial.number: found for trial in self.trials if (found := trial.values(self._spec.goals)) is not None}
        front = set(nobody_beats(values, self._spec.goals))
        for trial in self.trials:
            if trial.state != "running" and trial.number not in front:
                shutil.rmtree(self._report.folder / trial.folder, ignore_errors=True)
        shutil.rmtree(self._report.folder / ended.folder / "checkpoint", ignore_errors=True)

    def _share(self, number: int, watched: TrialReport) -> float:
        """Return how much of a trial is done: by what others took, since the steps are a part of the time only."""
        took = [trial.seconds for trial in self.trials if trial.state == "finished"]
        if not took:
            return watched.share
        return min((time.monotonic() - self._since[number]) / max(statistics.median(took), 0.1), 0.95)

    def _tell(self) -> None:
        """Say how far the search is, in trials; where the minutes end it sooner, in trials that these allow."""
        now = time.monotonic()
        if now - self._told < _TELL_S:
            return
        self._told = now
        ended = sum(trial.state != "running" for trial in self.trials)
        done = ended + math.fsum(self._share(number, watched) for number, watched in list(self._under_way.items()))
        if self._spec.minutes is not None:
            done = max(done, self._spec.trials * self.spent_s / (self._spec.minutes * 60))
        self._report.progress("searching", round(min(done, self._spec.trials), 2), self._spec.trials, "trials")


def _again(trial: Trial) -> Trial:
    """Return a kept trial as a resumed search takes it: one that failed is tried again."""
    return Trial(trial.number, trial.params, spent_s=trial.spent_s) if trial.state == "failed" else trial


def _state(found: Result | None, watched: TrialReport) -> State:
    if found is not None and found.status == "finished":
        return "finished"
    if found is None or found.status == "stopped":
        return "pruned" if watched.pruned else "cut"
    return "failed"


def _without_goals(found: Result, spec: SearchSpec) -> Result:
    missing = [goal.name for goal in spec.goals if goal.name not in found.metrics]
    error = KitError(
        _("A tuning of this data reports no {names}.").format(names=", ".join(missing)),
        fix=_("Choose among: {names}.").format(names=", ".join(found.metrics)),
    )
    return dataclasses.replace(found, status="failed", error=error_dict(error))
