"""The rows of a case and what is known of them: asked for by the steps, made ready once, kept in parts.

A step that was done before is found again, by its name and its spec. In an app nothing is started: what its owner has
measured is there, and what is not raises `NotYet`.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

from kit.data import Dataset, DataSpec, open_data
from kit.data.store import where_stored
from kit.errors import ParameterError
from kit.i18n import _
from kit.jobs import Run, find_run
from kit.result import Result
from kit.spec import Spec
from kit.verticals import outcome as outcomes
from kit.verticals.given import Given
from kit.verticals.kept import carry_out, find, may_start
from kit.verticals.outcome import Outcome, outcome_of
from kit.verticals.preparing import PARTS, PrepareSpec
from kit.verticals.profile import Profile
from kit.verticals.steps.step import NotYet


class Asked:
    """A question on some rows: what was asked, what is on the disk, and the runs behind it.

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
        rows = self.prepare_spec()
        rows = rows.replace(data=_by_name(rows.data), test=None if rows.test is None else _by_name(rows.test))
        asked = [rows.key, self.profile.vertical, self.asked_model, self.minutes, self.quick]
        more = [dict(self.profile.tuning), dict(self.profile.quick_tuning), self.profile.methods, self.profile.metric]
        text = json.dumps([*asked, *more], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def model(self) -> str:
        """The model that is tuned: the one that was asked for, else the one chosen before, "" before that."""
        return self.asked_model or str(self.outcome["model"] or "")

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
        if not self.live:
            there = self.there(step)
            if there is None:
                raise NotYet
            return there
        run = carry_out(self.run_name(step), spec)
        if (self.outcome["runs"] or {}).get(step) != run.id:
            spent = round(run.status.elapsed_s or 0.0, 1)
            self.write({"runs": {step: run.id}, "seconds": {step: spent}})
            seconds = self.outcome["seconds"] or {}
            self.write({"minutes": round(sum(seconds.values()) / 60, 2)})
        return run

    def there(self, step: str) -> Run | None:
        """Return the finished run of a step as the outcome tells it, None before; nothing is started."""
        return _finished((self.outcome["runs"] or {}).get(step) or "")

    def _result(self, step: str) -> Result | None:
        run = self.there(step)
        return None if run is None else run.result

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
        return (self.find("prepare", self.prepare_spec()) if self.live else self.there("prepare")) is not None

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
        spec = DataSpec.from_dict(self.preparation().result.facts[part])
        return spec.replace(source=where_stored(spec.source))

    def cells(self, part: str) -> list[dict[str, Any]]:
        """Return every column of the rows of a part, without personal data; "source_row" is the place in the source."""
        with Path(self.part_spec(part).source).open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def _part(self, part: str) -> Dataset:
        return open_data(self.part_spec(part))

    def behind(self) -> tuple[list[str], list[Path]]:
        """Return what shows this case elsewhere: ids of runs, and files of the home, without people's decisions."""
        ids = dict.fromkeys((self.outcome["runs"] or {}).values())
        rows = [self.part_spec(part).source for part in PARTS] if self.prepared else []
        files = [*sorted(self.outcome.path.parent.glob("*.json")), *map(Path, rows)]
        return [id for id in ids if _finished(id)], files


def _finished(id: str) -> Run | None:
    try:
        run = find_run(id) if id else None
    except LookupError:  # deleted since
        return None
    return run if run is not None and run.status.state == "finished" else None


def _by_name(rows: DataSpec) -> DataSpec:
    """Return the spec of rows that lie anywhere: what they are is told by a digest."""
    return rows.replace(source=Path(rows.source).name)
