"""Which transfers are studied. Light."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class StudySpec(Spec):
    """Go through transfers in the order of time, find rules on the earlier ones, judge them on the later ones."""

    carried_out_by = "kit.verticals.finance.study.work:study"
    preload = ("sklearn.tree", "sklearn.ensemble", "networkx")

    source: str = param(
        "", label=N_("Transfers"), help=N_("A file with time, sender, payee and amount; left empty, they are made up")
    )
    digest: str = param("", label=N_("Content"), help=N_("What the file held: another content is studied anew"))
    quick: bool = param(False, label=N_("Quick look"), help=N_("A small world, where transfers are made up"))
    seed: int = param(0, label=N_("Seed"), help=N_("Of the transfers, of the rules"), low=0, high=2**31 - 1)
    test_share: float = param(
        1 / 3, label=N_("Share of test days"), help=N_("The last ones; rules are found before them"), above=0, high=0.6
    )
