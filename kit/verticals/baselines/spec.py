"""What a baseline learns from, and what it is measured on. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param

KINDS = ("auto", "tfidf", "boosting", "choice", "retrieval")
_OF_TASK = {"classify": ("auto", "tfidf", "boosting"), "choose": ("auto", "choice"), "answer": ("auto", "retrieval")}


@dataclass(frozen=True, kw_only=True)
class BaselineSpec(Spec):
    """Fit something simple to rows and measure it on others, as a language model is measured."""

    carried_out_by = "kit.verticals.baselines.work:baseline"
    preload = ("sklearn.linear_model", "sklearn.feature_extraction.text")

    data: DataSpec = param(label=N_("Training data"))
    test: DataSpec = param(label=N_("Test data"))
    kind: str = param("auto", label=N_("Baseline"), help=N_("Auto goes by the rows"), choices=KINDS)
    seed: int = param(0, label=N_("Seed"), low=0, high=2**31 - 1)

    def check(self) -> None:
        allowed = _OF_TASK.get(self.data.task, ())
        if self.kind not in allowed:
            fits = ", ".join(allowed) or _("left out: no baseline serves the task {task}").format(task=self.data.task)
            raise ParameterError("kind", self.kind, allowed=fits)
        if self.test.task != self.data.task:
            raise ParameterError("test.task", self.test.task, allowed=self.data.task)
