"""Which variant to look at next: the cheapest first, then what optuna's multi-objective sampler proposes.

The sampler (TPE, Ozaki and others 2022) learns from what was measured which models and methods lead to good values in
all objectives at once, and keeps away from what breaks limits. Its study is made anew from the measurements each time:
so nothing but these has to survive an interruption, and the same measurements lead to the same proposal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from kit.experiments.auto.candidates import Candidate
from kit.experiments.auto.objective import Objective

_CHEAPEST = 4  # looked at before the sampler is asked
_PROPOSALS = 20  # of things that were measured already, after which the cheapest is taken


def propose(
    left: Sequence[Candidate],
    measured: Mapping[Candidate, Sequence[float]],
    *,
    broken: Mapping[Candidate, float],
    goals: Sequence[Objective],
    seed: int,
) -> Candidate:
    """Return which candidate to look at next.

    Parameters
    ----------
    left : sequence of Candidate
        At least one, cheapest first.
    measured : mapping of Candidate to sequence of float
        Their value in each objective.
    broken : mapping of Candidate to float
        Above 0 for those that break a limit.
    goals : sequence of Objective
    seed : int
        Of the sampler.
    """
    if len(left) == 1 or len(measured) < _CHEAPEST:
        return left[0]
    wanted = {tuple(_params(each).values()): each for each in left}
    with _quiet():
        for params in _proposals(left, measured, broken, goals, seed):
            if params in wanted:
                return wanted[params]
    return left[0]


def _params(candidate: Candidate) -> dict[str, str]:
    return {"model": candidate.model, "method": candidate.variant.method}


def _proposals(
    left: Sequence[Candidate],
    measured: Mapping[Candidate, Sequence[float]],
    broken: Mapping[Candidate, float],
    goals: Sequence[Objective],
    seed: int,
) -> Iterator[tuple[str, ...]]:
    import optuna

    space = {
        name: optuna.distributions.CategoricalDistribution(sorted({_params(each)[name] for each in (*measured, *left)}))
        for name in ("model", "method")
    }
    sampler = optuna.samplers.TPESampler(n_startup_trials=_CHEAPEST, seed=seed)
    study = optuna.create_study(directions=["maximize" if goal.more else "minimize" for goal in goals], sampler=sampler)
    for candidate, values in measured.items():
        study.enqueue_trial(_params(candidate))
        trial = study.ask(dict(space))
        trial.set_constraint("limits", broken.get(candidate, 0.0))
        study.tell(trial, list(values))
    for _ in range(_PROPOSALS):
        yield tuple(study.ask(dict(space)).params[name] for name in ("model", "method"))


@contextmanager
def _quiet() -> Iterator[None]:
    """Let optuna say nothing of its own, nor of what is experimental in it, and nothing else be changed."""
    import warnings

    import optuna

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)
