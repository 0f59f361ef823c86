"""Which adapters become one, and how."""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.models import check_name
from kit.spec import Spec, param

COMBINATIONS = ("linear", "ties", "dare_linear", "svd", "cat")
_SPARSE = ("ties", "dare_linear")


@dataclass(frozen=True, kw_only=True)
class MergeSpec(Spec):
    """Make one LoRA adapter of several that stand on the same model."""

    carried_out_by = "kit.tuning.merging.merge:merge"

    adapters: tuple[str, ...] = param(
        label=N_("Adapters"), help=N_("Folders, or runs that tuned the same model"), empty=False
    )
    weights: tuple[float, ...] = param(
        (), label=N_("Weights"), help=N_("What each counts for; left out, all the same and 1 together")
    )
    combination: str = param(
        "cat",
        label=N_("Combination"),
        help=N_("Cat and svd add what the adapters add; linear, ties and dare add their matrices, of one rank"),
        choices=COMBINATIONS,
    )
    rank: int | None = param(None, label=N_("Rank"), help=N_("With svd; left out, the largest"), low=1, high=1024)
    density: float = param(
        0.5, label=N_("Density"), help=N_("With ties and dare: the share of numbers that is kept"), above=0, high=1
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of what dare leaves out"), low=0, high=2**31 - 1)

    def look_ahead(self) -> None:
        for name in self.adapters:
            check_name(name)

    def check(self) -> None:
        if len(self.adapters) < 2:
            raise ParameterError("adapters", self.adapters, allowed=_("at least two"))
        if self.weights and len(self.weights) != len(self.adapters):
            allowed = _("one for each of the {n} adapters, or left out").format(n=len(self.adapters))
            raise ParameterError("weights", self.weights, allowed=allowed)
        if self.rank is not None and self.combination != "svd":
            raise ParameterError("rank", self.rank, allowed=_('left out unless combination is "svd"'))

    @property
    def sparse(self) -> bool:
        """Does the combination leave numbers out?"""
        return self.combination in _SPARSE
