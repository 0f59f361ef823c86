"""Against what a variant is raced, and when it is given up. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class RaceSpec(Spec):
    """Give a variant up where its accuracy is evidently lower than that of a reference by more than a margin.

    The remaining rows, and whatever else was to be measured, are left out then.
    """

    rows: str = param(
        label=N_("Rows of the reference"), help=N_("The record of its rows, a file in the run's folder"), empty=False
    )
    reference: str = param("", label=N_("Reference"), help=N_("How tables call it"))
    margin: float = param(0.1, label=N_("Margin"), help=N_("By how much lower is hopeless"), low=0, high=1)
    error: float = param(
        0.05, label=N_("Error"), help=N_("Chance of giving up one that is not lower by the margin"), above=0, high=0.5
    )
