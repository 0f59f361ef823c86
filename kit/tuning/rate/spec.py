"""For which tuning a learning rate is looked for, and how far."""

from __future__ import annotations

from dataclasses import dataclass

from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Needs, Spec, param
from kit.tuning.spec import TuneSpec


@dataclass(frozen=True, kw_only=True)
class FindRateSpec(Spec):
    """A short training in one process whose learning rate rises from step to step, to see which one learns fastest."""

    carried_out_by = "kit.tuning.rate.find:find_rate"
    preload = TuneSpec.preload

    tuning: TuneSpec = param(label=N_("Tuning"), help=N_("The tuning that needs a learning rate"))
    lowest: float = param(1e-5, label=N_("Lowest rate"), help=N_("Of the first step"), above=0, high=1)
    highest: float = param(0.3, label=N_("Highest rate"), help=N_("Of the last step, if it comes to that"), above=0)
    steps: int = param(80, label=N_("Steps"), help=N_("From the lowest to the highest rate"), low=20, high=2000)

    def check(self) -> None:
        if self.lowest >= self.highest:
            allowed = _("below highest ({highest})").format(highest=self.highest)
            raise ParameterError("lowest", self.lowest, allowed=allowed)

    def look_ahead(self) -> None:
        self.tuning.look_ahead()

    def needs(self) -> Needs:
        return self.alone.needs()

    def check_room(self, needs: Needs) -> str:
        return self.alone.check_room(needs)

    @property
    def alone(self) -> TuneSpec:
        """The tuning in one process, which is enough to see a rate."""
        return self.tuning.replace(processes=1, layout="ddp")
