"""Carry out an `AutoSpec`: measure the candidates, cheap ones and part of the rows first, while the minutes last.

Each measurement is one evaluation in a process of its own, kept when it is done. A first look asks a part of the rows;
who cannot be in the set any more is left there (`kit.experiments.auto.front`), the others are measured on all rows.
Where only a time is undecided between two of them, their times are measured again, up to twice, as long as there is a
fair chance that this tells; otherwise the search ends before its budget.
First looks may take half of the budget while somebody waits for a full measurement. None is begun that would not end in
time, as far as those before it tell; one that takes longer than foreseen is cut off.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator

from kit.errors import KitError, Stopped
from kit.experiments.apart import measured_apart
from kit.experiments.auto.budget import Budget, Stopwatch
from kit.experiments.auto.candidates import candidates
from kit.experiments.auto.evidence import value_of
from kit.experiments.auto.fidelity import AGAIN, ALL, Fidelity, evaluation, part_requests, part_rows
from kit.experiments.auto.kept import kept_any
from kit.experiments.auto.limits import read_limits
from kit.experiments.auto.outcome import outcome
from kit.experiments.auto.proposing import propose
from kit.experiments.auto.race import judge, promising, undecided
from kit.experiments.auto.spec import AutoSpec
from kit.experiments.auto.trial import Trial
from kit.experiments.ready import Ready, make_ready
from kit.i18n import _
from kit.isolated import error_dict
from kit.report import Report
from kit.result import Result, Status
from kit.spec import Spec

_FIRST_LOOKS = 0.5  # of the budget


def auto(spec: Spec, report: Report) -> Result:
    """Search within the budget; the result has a part for each variant, and says which of them nobody beats.

    Asked to stop, it gives up the measurement it is at; those that are done are kept.
    """
    assert isinstance(spec, AutoSpec)
    report.progress("searching", 0, spec.minutes * 60, "s")
    search = Search(spec, report)
    try:
        status = search.run()
    except Stopped:
        status = "stopped"
    return outcome(spec, report, search.trials, search.ready, status=status, spent=search.budget.spent)


class Search:
    """The state of a search.

    Parameters
    ----------
    spec : AutoSpec
        What to search.
    report : Report
        Whose folder holds what earlier attempts have kept.
    """

    def __init__(self, spec: AutoSpec, report: Report) -> None:
        self._spec, self._report = spec, report
        self.trials = [Trial(candidate) for candidate in candidates(spec)]
        self.ready: dict[str, Ready] = {}
        self.budget = Budget(spec.minutes * 60)
        self._goals, self._limits = spec.goals, read_limits(spec.limits)

    def run(self) -> Status:
        """Measure until everything is known or the budget is spent."""
        for trial in self.trials:
            if trial.candidate.error is not None:
                self._fail(trial, trial.candidate.error, "unsupported")
        for model in dict.fromkeys(trial.candidate.model for trial in self._able()):
            if kept_any(self._spec.key, self._report, self._of(model)):
                self._make_ready(model)
        spent = math.fsum(look.facts.get("seconds", 0.0) for trial in self.trials for look in trial.looks.values())
        self.budget = Budget(self.budget.seconds, spent)
        self._judge()
        while (step := self._next()) is not None:
            self._report.check()
            self._measure(*step)
            self._judge()
        return "finished"

    def _able(self) -> list[Trial]:
        return [trial for trial in self.trials if not trial.failed]

    def _of(self, model: str) -> list[Trial]:
        return [trial for trial in self._able() if trial.candidate.model == model]

    @property
    def _rivals(self) -> int:
        return max(sum(trial.candidate.error is None for trial in self.trials) - 1, 1)

    def _judge(self) -> None:
        judge(self.trials, self._goals, self._limits, rivals=self._rivals)

    def _next(self) -> tuple[Trial, Fidelity] | None:
        """Return what to measure now: the first wish that ends in time."""
        for trial, fidelity in self._wishes():
            predicted, left = self._predicted(trial, fidelity), self.budget.left
            if left > 0 and (predicted is None or predicted <= left):
                return trial, fidelity
            if fidelity in AGAIN:
                continue
            trial.why = _("the budget was spent")
            if left > 0 and predicted is not None:
                words = _("it would take about {predicted:.0f} s, and {left:.0f} s of the budget were left")
                trial.why = words.format(predicted=predicted, left=left)
        return None

    def _wishes(self) -> Iterator[tuple[Trial, Fidelity]]:
        """Yield what is still to be measured, what matters most first; who did not end in time once is left out."""
        waiting = [trial for trial in self._able() if not trial.out and not trial.why]
        fresh = [trial for trial in waiting if not trial.looks]
        again = promising([t for t in waiting if "part" in t.looks and "all" not in t.looks], self._goals)
        looked = math.fsum(trial.seconds("part") or 0.0 for trial in self.trials)
        first = [(trial, self._first(trial)) for trial in self._in_order(fresh)]
        second: list[tuple[Trial, Fidelity]] = [(trial, "all") for trial in again]
        early = looked < _FIRST_LOOKS * self.budget.seconds
        yield from (*first, *second) if early else (*second, *first)
        yield from self._repeats()

    def _repeats(self) -> Iterator[tuple[Trial, Fidelity]]:
        """Yield whose times to measure again, since nothing else keeps them in the set; the least measured first."""
        nearly = undecided(self.trials, self._goals, rivals=self._rivals)
        for fidelity in AGAIN:
            yield from ((trial, fidelity) for trial in nearly if fidelity not in trial.looks)

    def _in_order(self, fresh: list[Trial]) -> list[Trial]:
        """Return those that nobody has looked at, the one first that is proposed."""
        if not fresh:
            return []
        numbers = {t.candidate: [value_of(t.measured[0], g.name) for g in self._goals] for t in self._able() if t.looks}
        known = {each: [x for x in values if x is not None] for each, values in numbers.items() if None not in values}
        broken = {trial.candidate: float(trial.broken) for trial in self.trials}
        left = [trial.candidate for trial in fresh]
        chosen = propose(left, known, broken=broken, goals=self._goals, seed=self._spec.seed)
        return sorted(fresh, key=lambda trial: trial.candidate is not chosen)

    def _first(self, trial: Trial) -> Fidelity:
        """Return how closely a variant is looked at first; the rows of a model are known once it is ready."""
        known = next(iter(self.ready.values()), None)
        return "part" if known is None or part_rows(len(known.data)) is not None else "all"

    def _predicted(self, trial: Trial, fidelity: Fidelity) -> float | None:
        """Return the seconds that a measurement will take, or None while nothing tells."""
        part = trial.looks.get("part")
        if fidelity in AGAIN:
            return trial.seconds("all")  # it takes less: rows are not asked
        if fidelity == "all" and part is not None:
            data = self.ready[trial.candidate.model].data
            requests = self._spec.requests / part_requests(self._spec.requests)
            rows = len(data) / (part_rows(len(data)) or len(data))
            return self.budget.whole(part.facts["seconds_by_phase"], rows, requests)
        took = [(other.seconds(fidelity), other.candidate.size) for other in self._able()]
        own = trial.candidate.size
        guesses = [s * (max(own / size, 1.0) if own and size else 1.0) for s, size in took if s is not None]
        return max(guesses, default=None)

    def _measure(self, trial: Trial, fidelity: Fidelity) -> None:
        ready = self._make_ready(trial.candidate.model)
        if ready is None or trial.looks.keys() >= {fidelity}:
            return
        if fidelity == "part" and part_rows(len(ready.data)) is None:
            fidelity = "all"
        predicted = self._predicted(trial, fidelity)
        watch = Stopwatch(self._report, trial.name, self.budget, self._total())
        began = time.monotonic()
        try:
            what = evaluation(self._spec, trial.candidate.variant, fidelity, ready.data)
            found = measured_apart(what, watch, name=trial.name)
        except Stopped:
            if self._report.stop_asked():
                raise
            if fidelity not in AGAIN:
                trial.why = _("the budget ended while it was measured")
            return
        seconds = time.monotonic() - began
        if fidelity == "all" and "part" in trial.looks and found.status == "finished":
            self.budget.learn(predicted, seconds)
        facts = {"fidelity": fidelity, "seconds": round(seconds, 2), "seconds_by_phase": watch.close()}
        self._take(trial, fidelity, dataclasses.replace(found, facts={**found.facts, **facts}))

    def _take(self, trial: Trial, fidelity: Fidelity, look: Result) -> None:
        trial.looks[fidelity] = look
        if fidelity not in AGAIN:  # said before it is kept: killed in between, it is said twice and not never
            self._report.record("variant", look.to_dict())
        self.ready[trial.candidate.model].finished.keep(trial.kept_as(fidelity), look)

    def _fail(self, trial: Trial, error: dict[str, str], status: Status) -> None:
        variant = trial.candidate.variant
        facts = {"method": trial.name, "engine": variant.engine, "model": variant.model}
        look = Result(spec={"variant": variant.to_dict()}, status=status, error=error, facts=facts)
        trial.looks["part"] = look
        self._report.record("variant", look.to_dict())

    def _make_ready(self, model: str) -> Ready | None:
        """Make a model and its rows ready, once, and take in what earlier attempts have kept of it."""
        if model not in self.ready:
            try:
                names = [trial.kept_as(fidelity) for trial in self._of(model) for fidelity in ALL]
                self.ready[model] = make_ready(self._spec.key, self._spec.data, model, self._report, names)
            except KitError as exc:
                for trial in self._of(model):
                    self._fail(trial, error_dict(exc), "failed")
                return None
            for trial in self._of(model):
                self._recall(trial)
        return self.ready[model]

    def _recall(self, trial: Trial) -> None:
        for fidelity in ALL:
            look = self.ready[trial.candidate.model].finished.get(trial.kept_as(fidelity))
            if look is not None:
                trial.looks[fidelity] = look
                if fidelity not in AGAIN:
                    self._report.record("variant", look.to_dict())

    def _total(self) -> float:
        """Return when the search will be over, in seconds of the budget, as far as is known."""
        if any(not trial.looks for trial in self._able()):
            return self.budget.seconds
        known = [self._predicted(trial, fidelity) for trial, fidelity in self._wishes()]
        if None in known:
            return self.budget.seconds
        rest = math.fsum(each for each in known if each is not None)
        return min(self.budget.spent + rest, self.budget.seconds)
