"""A case: the question of a vertical, its rows, the steps in order, and what each has shown so far.

A step that was done before is found again, by its name and its spec; a step that needs an earlier one does that first.
In an app nothing is started: what its owner has measured is shown, and what is missing says so.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from kit.data import Dataset, DataSpec, open_data
from kit.engines import Variant
from kit.errors import ParameterError
from kit.experiments import SweepSpec
from kit.i18n import _
from kit.jobs import Run, find_run
from kit.measure import EvaluateSpec
from kit.result import Result
from kit.spec import Spec
from kit.tuning import TuneSpec
from kit.verticals import outcome as outcomes
from kit.verticals import plan
from kit.verticals.baselines import BaselineSpec
from kit.verticals.given import Given, given
from kit.verticals.kept import carry_out, find, may_start
from kit.verticals.outcome import Outcome, outcome_of
from kit.verticals.preparing import PrepareSpec
from kit.verticals.profile import Profile
from kit.verticals.steps import asking, checking, squeezing, teaching, telling
from kit.verticals.steps.report import Report
from kit.verticals.steps.step import NotYet

C = TypeVar("C", bound="Case")


class Case:
    """A question on some rows, from the data gate to the verdict.

    Parameters
    ----------
    profile : Profile
    given : Given
        Where the rows come from.
    quick : bool
        A few rows and steps, to see that everything works.
    model : str
        The model to tune; "" leaves the choice to `choose`.
    minutes : float
        That the whole may take on two cores; the tuning gets its share.
    group, time : str
        The column by which rows are divided, if any.
    """

    def __init__(
        self,
        profile: Profile,
        given: Given,
        *,
        quick: bool = False,
        model: str = "",
        minutes: float = 15,
        group: str = "",
        time: str = "",
    ) -> None:
        if not 0 < minutes <= 10_000:
            raise ParameterError("minutes", minutes, allowed=_("a number above 0, at most 10,000"))
        self.profile, self.given = profile, given
        self.quick, self.minutes = quick, minutes
        self.asked_model, self.group, self.time = model, group, time
        self.metric = profile.metric_of(given.train.task)
        self.method = "bf16"

    # What it is made of

    @property
    def name(self) -> str:
        """What the data are called."""
        return self.given.name

    @property
    def task(self) -> str:
        """What is done with a row: "classify", "choose" or "answer"."""
        return self.given.train.task

    @property
    def live(self) -> bool:
        """May steps start work here?"""
        return may_start()

    @cached_property
    def key(self) -> str:
        """Twelve hex digits that are equal exactly when the same is asked of the same rows."""
        asked = [self.prepare_spec().key, self.profile.vertical, self.asked_model, self.minutes, self.quick]
        more = [dict(self.profile.tuning), dict(self.profile.quick_tuning), self.profile.methods, self.profile.metric]
        text = json.dumps([*asked, *more], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def outcome(self) -> Outcome:
        """What has been measured so far, as it lies on the disk."""
        found = outcome_of(self.profile.vertical, self.name, quick=self.quick)
        return found if found["key"] == self.key else Outcome(found.path)

    def keep(self, **facts: Any) -> None:
        """Add numbers of the vertical's own to the outcome; in an app nothing is written."""
        self.write({"facts": facts})

    def write(self, values: dict[str, Any]) -> None:
        """Add values to the outcome, with what everybody wants to know of it; in an app nothing is written."""
        if not self.live:
            return
        about = {
            "vertical": self.profile.vertical,
            "title": self.profile.title,
            "limits": self.profile.limits,
            "data": self.name,
            "quick": self.quick,
            "task": self.task,
            "metric": self.metric,
            **({"model": self.model} if self.model else {}),
        }
        outcomes.write(self.outcome, {**about, **values}, key=self.key)

    # Runs

    def run_name(self, step: str) -> str:
        """Return what the run of a step is called; it is found again by this and its spec."""
        return f"{self.profile.vertical}: {step}"

    def find(self, step: str, spec: Spec) -> Run | None:
        """Return the finished run of a step with an equal spec, or None."""
        return find(self.run_name(step), spec)

    def carry_out(self, step: str, spec: Spec) -> Run:
        """Return the finished run of a step: found, gone on with, or started and waited for.

        Raises
        ------
        NotYet
            There is none, and nothing may be started here.
        RunFailedError
            It failed.
        """
        run = carry_out(self.run_name(step), spec, live=self.live)
        if (self.outcome["runs"] or {}).get(step) != run.id:
            spent = round(run.status.elapsed_s or 0.0, 1)
            self.write({"runs": {step: run.id}, "seconds": {step: spent}})
            seconds = self.outcome["seconds"] or {}
            self.write({"minutes": round(sum(seconds.values()) / 60, 2)})
        return run

    # Rows

    def prepare_spec(self) -> PrepareSpec:
        """Return what is done to the rows before anything else reads them."""
        most, tests = self.profile.quick_rows if self.quick else self.profile.rows
        return PrepareSpec(
            data=self.given.train,
            test=self.given.test,
            group=self.group,
            time=self.time,
            personal=self.profile.personal,
            rows=most,
            test_rows=tests,
            validation_share=self.profile.validation_share,
            instruction=self.profile.instruction,
            digest=self.given.digest,
        )

    @property
    def prepared(self) -> bool:
        """Are the rows ready?"""
        return self.find("prepare", self.prepare_spec()) is not None

    def preparation(self) -> Run:
        """Return the run that made the rows ready (raises as `carry_out` does)."""
        return self.carry_out("prepare", self.prepare_spec())

    @property
    def train(self) -> Dataset:
        """All rows to learn from, those to validate with among them."""
        return self._part("train")

    @property
    def fit(self) -> Dataset:
        """The rows that the adapter learns from."""
        return self._part("fit")

    @property
    def validation(self) -> Dataset:
        """The rows for learning that the adapter does not see: to choose thresholds by."""
        return self._part("validation")

    @property
    def test(self) -> Dataset:
        """The rows that are measured on, and nothing else."""
        return self._part("test")

    def part_spec(self, part: str) -> DataSpec:
        """Return the spec of "train", "fit", "validation" or "test" (raises as `carry_out` does)."""
        return DataSpec.from_dict(self.preparation().result.facts[part])

    def cells(self, part: str) -> list[dict[str, Any]]:
        """Return every column of the rows of a part, without personal data; "source_row" is the place in the source."""
        with Path(self.part_spec(part).source).open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def _part(self, part: str) -> Dataset:
        return open_data(self.part_spec(part))

    # Specs

    @property
    def model(self) -> str:
        """The model that is tuned: the one that was asked for, else the one chosen before, "" before that."""
        return self.asked_model or str(self.outcome["model"] or "")

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
        fields = {"measures": ("accuracy",), "answer_tokens": plan.ANSWER_TOKENS, "batch_size": 32, **changes}
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

    def there(self, step: str) -> Run | None:
        """Return the finished run of a step as the outcome tells it, None before; nothing is started."""
        id = (self.outcome["runs"] or {}).get(step)
        if not id:
            return None
        try:
            run = find_run(id)
        except LookupError:  # deleted since
            return None
        return run if run.status.state == "finished" else None

    def _result(self, step: str) -> Result | None:
        run = self.there(step)
        return None if run is None else run.result

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
