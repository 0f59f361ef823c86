"""A case: the question of a vertical, its rows, the steps in order, and what each has shown so far.

A step that was done before is found again, by its name and its spec; a step that needs an earlier one does that first.
In an app nothing is started: what its owner has measured is shown, and what is missing says so.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, TypeVar

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.experiments import SweepSpec
from kit.i18n import _
from kit.jobs import Run
from kit.measure import EvaluateSpec
from kit.result import Result
from kit.tuning import TuneSpec
from kit.verticals import plan
from kit.verticals.asked import Asked
from kit.verticals.baselines import BaselineSpec
from kit.verticals.given import given
from kit.verticals.profile import Profile
from kit.verticals.steps import asking, checking, squeezing, teaching, telling
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet

C = TypeVar("C", bound="Case")


class Case(Asked):
    """A question on some rows, from the data gate to the verdict; `case_of` makes one, its parameters say of what."""

    # Specs

    def _need_model(self) -> None:
        if not self.model:
            self.choose()
        if not self.model:
            raise NotYet(_("The model"))

    @property
    def fewer_test(self) -> DataSpec:
        """The test rows that written answers and the sweep are measured on: fewer, since each takes longer."""
        test = self.part_spec("test")
        most = plan.rows_measured(self.task, quick=self.quick)
        rows = len(open_data(test))
        return test if most >= rows else test.replace(limit=max(most, len(test.labels)))

    def tune_spec(self, **changes: Any) -> TuneSpec:
        """Return what `tune` carries out, with `changes`."""
        self._need_model()
        data = changes.pop("data", None) or self.part_spec("fit")
        spec: DataSpec = getattr(data, "spec", data)
        fields = plan.tuning(self.profile, open_data(spec), minutes=self.minutes, quick=self.quick)
        return TuneSpec(
            **{"model": self.model, "data": spec, "validation": self.part_spec("validation"), **fields, **changes}
        )

    def evaluate_spec(self, model: Any = "", data: Any = None, **changes: Any) -> EvaluateSpec:
        """Return how a model is measured: the chosen one, on the test rows, where nothing else is said."""
        if not model:
            self._need_model()
        rows = self._measured_rows() if data is None else getattr(data, "spec", data)
        variant = Variant(model=model or self.model, method=changes.pop("method", self.method))
        fields = {
            "measures": ("accuracy",),
            "answer_tokens": plan.answer_tokens(quick=self.quick),
            "batch_size": 32,
            **changes,
        }
        return EvaluateSpec(variant=variant, data=rows, **fields)

    def baseline_spec(self, **changes: Any) -> BaselineSpec:
        """Return what `baseline` carries out, with `changes`."""
        kind = self.profile.baseline
        fields = {"data": self.part_spec("train"), "test": self._measured_rows(), "kind": kind, **changes}
        return BaselineSpec(**{name: getattr(value, "spec", value) for name, value in fields.items()})

    def sweep_spec(self, **changes: Any) -> SweepSpec:
        """Return what `squeeze` carries out, with `changes`."""
        run = self.tuned_run
        if run is None:
            raise NotYet(_("Squeezing"))
        fields = plan.sweep(self.profile, self.task, quick=self.quick, minutes=self.minutes)
        return SweepSpec(**{"model": run, "data": self.fewer_test, **fields, **changes})

    def _measured_rows(self) -> DataSpec:
        return self.fewer_test if self.task == "answer" else self.part_spec("test")

    # What there is now

    @property
    def tuned_run(self) -> Run | None:
        """The run that tuned the model, None before."""
        return self.there("tune")

    @property
    def baseline_result(self) -> Result | None:
        """What the baseline reached, None before."""
        return self._result("baseline")

    @property
    def untuned_result(self) -> Result | None:
        """What the model reached as it was, None before."""
        return self._result("untuned")

    @property
    def tuned_result(self) -> Result | None:
        """What the tuned model reached, None before."""
        return self._result("tuned")

    @property
    def sweep_result(self) -> Result | None:
        """What the ways of holding the tuned model reached, None before."""
        return self._result("squeeze")

    # The steps

    def check(self) -> Report:
        """Look at the rows with the data gate, personal data taken out first."""
        return checking.check(self)

    def clean(self) -> Report:
        """Tell what was taken out and repaired, and how the rows are divided."""
        return checking.clean(self)

    def choose(self) -> Report:
        """Choose a model that fits this machine, the task and the time."""
        return asking.choose(self)

    def baseline(self) -> Report:
        """Measure what is not a language model."""
        return asking.baseline(self)

    def untuned(self) -> Report:
        """Measure the model as it is."""
        return asking.untuned(self)

    def tune(self) -> Report:
        """Tune it with LoRA."""
        return teaching.tune(self)

    def tuned(self) -> Report:
        """Measure the tuned model, and compare it with what was there before."""
        return teaching.tuned(self)

    def squeeze(self) -> Report:
        """Hold the tuned model in fewer bits, and see what is lost."""
        return squeezing.squeeze(self)

    def verdict(self) -> Report:
        """Say what all of this comes to."""
        return telling.verdict(self)

    def verdict_notes(self) -> tuple[str, ...]:
        """Return what a trade has to add to the verdict from what it measured besides; nothing is started."""
        return ()

    def __repr__(self) -> str:
        state = _("quick look") if self.quick else _("up to {n:g} minutes").format(n=self.minutes)
        return f"<Case {self.profile.vertical}: {self.name}, {self.task}, {state}>"


def case_of(
    profile: Profile,
    *,
    train: str | os.PathLike[str],
    test: str | os.PathLike[str] = "",
    quick: bool = False,
    model: str = "",
    minutes: float = 15,
    task: str = "",
    text: str = "",
    label: str = "",
    choices: str = "",
    context: str = "",
    group: str = "",
    time: str = "",
    columns: Sequence[str] = (),
    name: str = "",
    kind: type[C] = Case,  # type: ignore[assignment]
) -> C:
    """Return the case of a vertical on the rows of one or two files.

    Parameters
    ----------
    profile : Profile
    train, test : path
        As for `kit.load_data`; without `test`, a part of `train` is tested with.
    quick : bool, default False
        A few rows and steps.
    model : str, default ""
        Left empty, `choose` chooses one.
    minutes : float, default 15
        For the whole, on two cores.
    task : {"", "classify", "choose", "answer"}
        Left empty, it is found out from the columns, as `text`, `label` and `choices` are.
    text, label, choices, context : str
        Columns.
    group : str, default ""
        Column whose values stand on one side only where the rows are divided.
    time : str, default ""
        Column by which the latest rows are tested with.
    columns : sequence of str
        That are kept with each row, to look at groups of rows later.
    name : str, default ""
        Of the data; left empty, that of the file.
    kind : type, default Case
        A class of its own.

    Raises
    ------
    ParameterError, UnknownNameError, DataError
        There is no such file or column, or a value is not allowed.
    """
    kept = tuple(dict.fromkeys(filter(None, (*columns, group))))
    rows = given(
        train, test, task=task, name=name, columns=kept, text=text, label=label, choices=choices, context=context
    )
    return kind(profile, rows, quick=quick, model=model, minutes=minutes, group=group, time=time)
