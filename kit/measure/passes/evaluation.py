"""What the passes of one evaluation share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from kit.data import Dataset
from kit.engines import Engine
from kit.i18n import _
from kit.measure.examples import Examples, examples_for
from kit.measure.ledger import Ledger
from kit.measure.spec import EvaluateSpec
from kit.report import Report
from kit.result import Measurement, Result

GIVEN_UP = "given_up"  # the fact that tells why the rest was left out


@dataclass(kw_only=True)
class Evaluation:
    """One variant on its way through the passes.

    Parameters
    ----------
    engine : callable
        Returns the engine; called only when something is left to be measured.
    ledger : Ledger
        What is in it is not measured again.
    measurements, artifacts, facts : dict
        Filled by the passes; parts of the result.
    parts : list of Result
        One for each level, where a sweep of loads is measured.
    rows : Dataset, optional
        None where only tasks are measured.
    """

    spec: EvaluateSpec
    rows: Dataset | None
    engine: Callable[[], Engine]
    ledger: Ledger
    report: Report
    measurements: dict[str, Measurement] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
    parts: list[Result] = field(default_factory=list)

    def not_measured(self, measure: str, why: str) -> None:
        """Say why there is no number for something that was asked for; kept in the facts, and told once."""
        missing = self.facts.setdefault("not_measured", {})
        assert isinstance(missing, dict)
        missing[measure] = why
        self.report.message(_("Not measured: {measure}. The reason: {why}.").format(measure=measure, why=why))

    @property
    def data(self) -> Dataset:
        """The rows; asked for only by passes that are done where there are some."""
        assert self.rows is not None
        return self.rows

    @cached_property
    def examples(self) -> Examples:
        """What is asked about the rows."""
        return examples_for(self.spec, self.data)
