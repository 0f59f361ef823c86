"""One recommended way: a model, a method, an engine, why it stands where it does, and what to do with it next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kit.choosing.evidence import Evidence
from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import ParameterError, UnknownNameError
from kit.experiments import SweepSpec
from kit.i18n import _
from kit.measure import EvaluateSpec
from kit.models import Fit, ModelCard
from kit.models.estimates import SpeedEstimate
from kit.spec import Spec
from kit.tuning import TuneSpec

Next = Literal["evaluate", "sweep", "tune"]
NEXT: tuple[Next, ...] = ("evaluate", "sweep", "tune")


@dataclass(frozen=True)
class Choice:
    """One recommended way to run a model.

    Parameters
    ----------
    rank : int
        From 1.
    model, method, engine : str
        As a `Variant` names them.
    reason : str
        Why it stands here, in sentences.
    uncertain : tuple of str
        What is not sure, a sentence each.
    fit : Fit
        In memory and on the disk.
    evidence : Evidence
        Of its quality.
    card : ModelCard
    tpot_s, ttft_s : float or None, seconds
        Time for each token and to the first; None where nobody knows.
    timed : bool
        Were these times measured here, rather than expected?
    memory_bytes : float
        At its peak: measured here, else estimated.
    speed : SpeedEstimate, optional
        What is expected of this machine.
    also : tuple of str
        Further methods that keep to the limits.
    data : DataSpec, optional
        What it was asked for.
    """

    rank: int
    model: str
    method: str
    engine: str
    reason: str
    uncertain: tuple[str, ...]
    fit: Fit = field(repr=False)
    evidence: Evidence = field(repr=False)
    card: ModelCard = field(repr=False)
    tpot_s: float | None = None
    ttft_s: float | None = None
    timed: bool = False
    memory_bytes: float = 0.0
    speed: SpeedEstimate | None = field(default=None, repr=False)
    also: tuple[str, ...] = ()
    data: DataSpec | None = field(default=None, repr=False)

    @property
    def variant(self) -> Variant:
        """It as a variant."""
        return Variant(model=self.model, method=self.method, engine=self.engine)

    def spec(self, next: Next = "evaluate", data: Any = None) -> Spec:
        """Return a spec that is ready to be started.

        Parameters
        ----------
        next : {"evaluate", "sweep", "tune"}
            Measure it; measure it beside the other methods that keep to the limits; or tune it.
        data : Dataset or DataSpec, optional
            Left out, the data of the recommendation.

        Raises
        ------
        UnknownNameError
            There is no such next step.
        ParameterError
            There is no data, or the task of the data does not allow the step.
        """
        if next not in NEXT:
            raise UnknownNameError("next", next, NEXT)
        rows = self.data if data is None else getattr(data, "spec", data)
        if rows is None:
            fix = _("Give it here, or to kit.recommend(data=…).")
            raise ParameterError("data", None, allowed=_("rows, such as kit.load_data(…)"), fix=fix)
        if next == "tune":
            return TuneSpec(model=self.model, data=rows)
        if next == "sweep":
            return SweepSpec(model=self.model, data=rows, methods=(self.method, *self.also))
        return EvaluateSpec(variant=self.variant, data=rows)

    def code(self, next: Next = "evaluate", data: Any = None) -> str:
        """Return Python that starts the spec of the next step (errors as in `spec`)."""
        return f"run = kit.start({self.spec(next, data).code()})"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        names = ("rank", "model", "method", "engine", "reason", "tpot_s", "ttft_s", "timed", "memory_bytes")
        held = {name: getattr(self, name) for name in names}
        more = {"uncertain": list(self.uncertain), "also": list(self.also), "fit": self.fit.state}
        return {**held, **more, "evidence": self.evidence.to_dict()}
