"""What to search for: the best models and methods for a task on this machine, in so many minutes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from importlib.util import find_spec

from kit.data import DataSpec
from kit.errors import MissingPackageError, ParameterError
from kit.experiments.auto.candidates import candidates
from kit.experiments.auto.limits import read_limits, written
from kit.experiments.auto.objective import OF_TASKS, Objective, objectives
from kit.i18n import N_, _
from kit.machine.facts import MIB
from kit.measure.measuring import MeasuringSpec
from kit.models import check_name
from kit.models.room import has_room
from kit.quantization.registry import get_method
from kit.spec import Needs, Spec, param

_OWN_BYTES = 80 * MIB  # of the process that holds the search together, with optuna, beside the one that measures


@dataclass(frozen=True, kw_only=True)
class Searched(Spec):
    """What stands first in an `AutoSpec`."""

    models: tuple[str, ...] = param(
        (),
        label=N_("Models"),
        help=N_("Models, or runs that tuned some; left out, those on this machine that fit its memory"),
    )
    data: DataSpec = param(label=N_("Test data"))
    methods: tuple[str, ...] = param((), label=N_("Methods"), help=N_("Left out, all that there are"))
    objectives: tuple[str, ...] = param(
        ("acc", "tpot_s", "max_ram_mib"),
        label=N_("Objectives"),
        help=N_("Metrics to be good in, the most important first; of a task's own, with + where more is better, or -"),
        empty=False,
    )
    limits: tuple[str, ...] = param(
        (), label=N_("Limits"), help=N_("What a variant must keep, such as max_ram_mib=4096 or licence=commercial")
    )
    minutes: float = param(
        15.0,
        label=N_("Budget"),
        unit=N_("minutes"),
        help=N_("Used up while it helps: what is left after all variants goes into measuring undecided times again"),
        above=0,
        high=10_000,
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of what is tried next"), low=0, high=2**31 - 1)


@dataclass(frozen=True, kw_only=True)
class AutoSpec(MeasuringSpec, Searched):
    """Search the models and methods that nobody beats: measured, cheap ones first, within a budget of minutes."""

    carried_out_by = "kit.experiments.auto.search:auto"

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", written(self.limits))
        super().__post_init__()

    def look_ahead(self) -> None:
        if find_spec("optuna") is None:
            raise MissingPackageError("optuna", needed_for=_("the automatic search"), extra="search")
        self.look_at_data(self.data)
        for model in self.models:
            check_name(model)

    def needs(self) -> Needs:
        able = [each.variant for each in candidates(self) if not each.error]
        found = self.needs_of(able, self.data)
        if not has_room(found):  # those that have none are not measured
            found = self.needs_of([each for each in able if has_room(self.needs_of([each], self.data))], self.data)
        if found.memory_bytes is None:
            return found
        return dataclasses.replace(found, memory_bytes=found.memory_bytes + _OWN_BYTES)

    def check_room(self, needs: Needs) -> str:
        return ""  # each variant is refused on its own

    def check(self) -> None:
        for method in self.methods:
            get_method(method)
        self.check_measuring(self.data)
        for name in ("models", "methods"):
            given = getattr(self, name)
            if len(set(given)) < len(given):
                raise ParameterError(name, given, allowed=_("a list that names each once"))
        if "reference" in self.measures:
            allowed = _("measures without 'reference', which compares the variants of one sweep")
            raise ParameterError("measures", self.measures, allowed=allowed)
        for goal in self.goals:
            self._check_measured("objectives", goal)
        for limit in read_limits(self.limits):
            self._check_measured("limits", limit.objective)

    def _check_measured(self, parameter: str, goal: Objective) -> None:
        """Raise unless what is measured finds `goal`."""
        scores = OF_TASKS.get(self.data.task, ())
        if goal.measure == "accuracy" and goal.name not in scores:
            allowed = _("without {metric}: rows of the task {task} have {scores}")
            told = allowed.format(
                metric=goal.name, task=self.data.task, scores=", ".join(scores) or _("no right answer")
            )
            raise ParameterError(parameter, getattr(self, parameter), allowed=told)
        missing = not self.tasks if goal.measure == "tasks" else goal.measure not in self.measures
        if missing:
            name = "tasks" if goal.measure == "tasks" else "measures"
            allowed = _("a list with what finds {metric}").format(metric=goal.name)
            fix = _("Add {measure!r} to measures.").format(measure=goal.measure)
            raise ParameterError(name, getattr(self, name), allowed=allowed, fix="" if name == "tasks" else fix)

    @property
    def goals(self) -> tuple[Objective, ...]:
        """The objectives, with what is known of them."""
        return objectives(self.objectives)
