"""What to search for: the settings of a tuning that lead furthest."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from importlib.util import find_spec

from kit.errors import MissingPackageError, ParameterError
from kit.experiments.search.goals import Goal, read_goals
from kit.experiments.search.space import Axis, allowed_specs, read_space
from kit.i18n import N_, _
from kit.machine.facts import MIB
from kit.models.room import has_room
from kit.spec import Needs, Spec, needs_of, param
from kit.tuning import TuneSpec

_OWN_BYTES = 80 * MIB  # of the process that holds the search together, with optuna, beside the one that trains
PRUNINGS = ("none", "median", "hyperband")


@dataclass(frozen=True, kw_only=True)
class SearchSpec(Spec):
    """Tune with many settings, each in a process of its own, and say which leads furthest.

    With several objectives there is no single best one; the result names those that nobody beats. A sampler of optuna
    (TPE) proposes what to try from what was measured; the tuning as it is given comes first where the space holds it.
    """

    carried_out_by = "kit.experiments.search.search:search"
    spreads = True

    tune: TuneSpec = param(label=N_("Tuning"), help=N_("What is the same in all trials"))
    space: tuple[str, ...] = param(
        ("learning_rate=1e-4..3e-3 log", "rank=4,8,16,32"),
        label=N_("Space"),
        help=N_("Fields with a range, such as learning_rate=1e-4..3e-3 log, or values, such as rank=8,16,32"),
        empty=False,
    )
    objectives: tuple[str, ...] = param(
        ("validation_accuracy",),
        label=N_("Objectives"),
        help=N_("Numbers of a tuning to be good in, the most important first"),
        empty=False,
    )
    trials: int = param(20, label=N_("Trials"), help=N_("Tunings at most"), low=1, high=10_000)
    minutes: float | None = param(
        None, label=N_("Budget"), unit=N_("minutes"), help=N_("Left out, as long as the trials take"), above=0
    )
    pruning: str | None = param(
        None,
        label=N_("Pruning"),
        help=N_("How trials are ended early that fall behind; left out, by the median where there is one objective"),
        choices=PRUNINGS,
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of what is tried next"), low=0, high=2**31 - 1)

    def look_ahead(self) -> None:
        if find_spec("optuna") is None:
            raise MissingPackageError("optuna", needed_for=_("a search of hyper-parameters"), extra="search")

    def libraries(self) -> tuple[str, ...]:
        return ("optuna",)

    def needs(self) -> Needs:
        told = [needs_of(spec) for spec in (self.tune, *allowed_specs(self.tune, self.axes))]
        fit = [each for each in told if has_room(each)] or told  # a trial that has no room is not begun
        found = max(fit, key=lambda each: each.memory_bytes or 0)
        if found.memory_bytes is None:
            return found
        return dataclasses.replace(found, memory_bytes=found.memory_bytes + _OWN_BYTES)

    def check_room(self, needs: Needs) -> str:
        return ""  # each trial is refused on its own

    def check(self) -> None:
        goals = self.goals
        read_space(self.space)
        if self.pruning not in (None, "none"):
            self._check_prunable(goals)

    def _check_prunable(self, goals: tuple[Goal, ...]) -> None:
        fix = _('Leave pruning out, or give one objective such as "validation_loss".')
        if len(goals) > 1:
            allowed = _('"none" for several objectives: who falls behind in one may be ahead in another')
            raise ParameterError("pruning", self.pruning, allowed=allowed, fix=fix)
        if not goals[0].at_evaluations:
            allowed = _('"none" for {name}, which is known at the end only').format(name=goals[0].name)
            raise ParameterError("pruning", self.pruning, allowed=allowed, fix=fix)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The objectives, with their direction."""
        return read_goals(self.objectives)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The space, read."""
        return read_space(self.space)

    @property
    def pruned_by(self) -> str:
        """How trials are ended early, decided where it was left out."""
        if self.pruning is not None:
            return self.pruning
        return "median" if len(self.goals) == 1 and self.goals[0].at_evaluations else "none"
