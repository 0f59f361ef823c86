"""What to try next, who falls behind and which fields matter: optuna's part of a search.

The study is made anew from the trials that are kept, so nothing but these has to survive an interruption.

The sampler is TPE (Bergstra and others 2011; with several objectives Ozaki and others 2022); others that are under way
count as bad for it, so that those that begin together differ. A trial is pruned by optuna's median rule (worse than the
median of the others at the same evaluation) or by Hyperband (Li and others 2018); both know one objective only.
"""

from __future__ import annotations

import contextlib
import math
import random
import threading
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import optuna

from kit.errors import ParameterError
from kit.experiments.search.space import Axis, Param, changes, combinations
from kit.experiments.search.spec import SearchSpec
from kit.experiments.search.trial import Trial
from kit.tuning import TuneSpec

_PROPOSALS = 50  # that were tried already or do not go together, after which any other is taken
_COUNTED = 10_000  # combinations of a space that are counted
_FEWEST = 4  # finished trials by which the weight of fields is told
_STATES = optuna.trial.TrialState


class Study:
    """The study behind a search; may be asked from several threads at once.

    Parameters
    ----------
    spec : SearchSpec
        What is searched.
    trials : sequence of Trial
        Those that earlier attempts have ended.
    """

    def __init__(self, spec: SearchSpec, trials: Sequence[Trial] = ()) -> None:
        self._spec, self._axes, self._goals = spec, spec.axes, spec.goals
        self._space = {axis.field: _distribution(axis) for axis in self._axes}
        self._asked: dict[int, optuna.trial.Trial] = {}
        self._tried: set[str] = set()
        self._lock = threading.RLock()
        with _quiet():
            self._study = optuna.create_study(
                study_name=spec.key,  # by which Hyperband deals trials out to its brackets
                directions=["maximize" if goal.more else "minimize" for goal in self._goals],
                sampler=optuna.samplers.TPESampler(
                    n_startup_trials=min(10, max(4, spec.trials // 3)), seed=spec.seed + len(trials)
                ),
                pruner=_pruner(spec),
            )
            for trial in trials:
                self._take_in(trial)

    def propose(self, number: int) -> dict[str, Param] | None:
        """Return what trial `number` is to try, or None where everything was tried."""
        with self._lock, _quiet():
            first = self._given()
            if first is not None:
                return self._begin(number, self._ask(first))
            for _ in range(_PROPOSALS):
                asked = self._ask()
                if self._is_new(asked.params):
                    return self._begin(number, asked)
                self._study.tell(asked, state=_STATES.FAIL)
            left = [params for params in combinations(self._axes, most=_COUNTED) or () if self._is_new(params)]
            if not left:
                return None
            return self._begin(number, self._ask(random.Random(self._spec.seed + number).choice(left)))

    def go_on(self, trial: Trial) -> None:
        """Take in that an interrupted trial is under way again."""
        with self._lock, _quiet():
            self._begin(trial.number, self._ask(trial.params))
            for step, value in trial.curve.items():
                self._asked[trial.number].report(value, step)

    def falls_behind(self, number: int, step: int, value: float) -> bool:
        """Take in the first objective of a trial at an evaluation, and return whether it is to be ended."""
        with self._lock, _quiet():
            if len(self._goals) > 1:
                return False
            asked = self._asked[number]
            asked.report(value, step)
            return math.isnan(value) or (step < self._spec.tune.evaluations and bool(asked.should_prune()))

    def end(self, trial: Trial) -> None:
        """Take in how a trial ended."""
        with self._lock, _quiet():
            asked, values = self._asked.pop(trial.number), trial.values(self._goals)
            if values is not None and not any(map(math.isnan, values)):
                self._study.tell(asked, list(values))
            else:
                self._study.tell(asked, state=_STATES.PRUNED if trial.state == "pruned" else _STATES.FAIL)

    def importance(self) -> dict[str, dict[str, float]]:
        """Return for each objective how much each field moved it, as shares of 1 (PED-ANOVA, Watanabe and others 2023).

        Empty while four finished trials do not differ.
        """
        with self._lock, _quiet():
            done = [trial for trial in self._study.trials if trial.state == _STATES.COMPLETE]
            found = {}
            for i, goal in enumerate(self._goals):
                if len(done) >= _FEWEST and len({trial.values[i] for trial in done}) > 1:
                    found[goal.name] = self._importance_in(i)
            return {name: each for name, each in found.items() if each}

    def _importance_in(self, i: int) -> dict[str, float]:
        try:
            shares = optuna.importance.get_param_importances(self._study, target=lambda trial: trial.values[i])
        except (RuntimeError, ValueError, ZeroDivisionError):  # too few of them, or all alike in every field
            return {}
        return {name: round(float(share), 4) for name, share in shares.items() if math.isfinite(share)}

    def _given(self) -> dict[str, Param] | None:
        """Return what stands for the tuning as it was given, where the space holds it and it was not tried."""
        params = {axis.field: axis.param(getattr(self._spec.tune, axis.field)) for axis in self._axes}
        found = {name: value for name, value in params.items() if value is not None}
        return found if len(found) == len(params) and self._is_new(found) else None

    def _ask(self, params: dict[str, Param] | None = None) -> optuna.trial.Trial:
        if params is not None:
            self._study.enqueue_trial(dict(params))
        return self._study.ask(dict(self._space))

    def _begin(self, number: int, asked: optuna.trial.Trial) -> dict[str, Param]:
        params = {name: asked.params[name] for name in self._space}
        self._asked[number] = asked
        self._tried.add(spec_of(self._spec, params).key)
        return params

    def _is_new(self, params: dict[str, Any]) -> bool:
        try:
            return spec_of(self._spec, params).key not in self._tried
        except ParameterError:  # fields that do not go together
            return False

    def _take_in(self, trial: Trial) -> None:
        self._begin(trial.number, self._ask(trial.params))
        if len(self._goals) == 1:
            for step, value in trial.curve.items():
                self._asked[trial.number].report(value, step)
        self.end(trial)


def spec_of(spec: SearchSpec, params: dict[str, Param]) -> TuneSpec:
    """Return the tuning that `params` stand for (raises `ParameterError` where its fields do not go together)."""
    return spec.tune.replace(**changes(spec.axes, params))


def _distribution(axis: Axis) -> optuna.distributions.BaseDistribution:
    if axis.choices:
        return optuna.distributions.CategoricalDistribution(tuple(axis.choices))
    if axis.whole:
        step = 1 if axis.step is None else axis.step
        return optuna.distributions.IntDistribution(int(axis.low), int(axis.high), log=axis.log, step=step)
    return optuna.distributions.FloatDistribution(axis.low, axis.high, log=axis.log)


def _pruner(spec: SearchSpec) -> optuna.pruners.BasePruner:
    if spec.pruned_by == "median":
        return optuna.pruners.MedianPruner(n_startup_trials=min(5, max(2, spec.trials // 4)))
    if spec.pruned_by == "hyperband":
        return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=spec.tune.evaluations, reduction_factor=2)
    return optuna.pruners.NopPruner()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Let optuna say nothing of its own: a search says what there is to know."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)
