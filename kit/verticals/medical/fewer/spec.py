"""What is fitted to how few examples. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class FewerSpec(Spec):
    """Fit what is not a language model to some numbers of examples, and measure it on the same rows each time."""

    carried_out_by = "kit.verticals.medical.fewer.work:fewer"
    preload = ("sklearn.linear_model", "sklearn.feature_extraction.text")

    data: DataSpec = param(label=N_("Training data"))
    test: DataSpec = param(label=N_("Test data"))
    sizes: tuple[int, ...] = param(label=N_("Numbers of examples"))
    draws: int = param(
        10, label=N_("Draws"), help=N_("Of other examples, to see how much they matter"), low=1, high=100
    )
    metric: str = param("acc", label=N_("Metric"))
    seed: int = param(0, label=N_("Seed"), help=N_("Of the first draw; the others count on"), low=0, high=2**31 - 1)

    def check(self) -> None:
        if not self.sizes or min(self.sizes) < 2 or list(self.sizes) != sorted(set(self.sizes)):
            raise ParameterError("sizes", self.sizes, allowed=_("numbers from 2 on, each once, ascending"))
