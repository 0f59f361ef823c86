"""The part of a tuning panel's state that lays earlier tunings on the same rows beside the one that is shown."""

from __future__ import annotations

from typing import Any

from kit.data.spec import DataSpec
from kit.errors import KitError, UnknownNameError
from kit.result import Result
from kit.widgets.modeldesk import ModelDesk
from kit.widgets.tuning.earlier import MOST_CURVES, Earlier, EarlierTunings


class ComparedDesk(ModelDesk):
    """The base of a desk whose run can be compared with earlier ones."""

    earlier: EarlierTunings

    def compare_on(self, data: DataSpec) -> None:
        """Compare with tunings on these rows."""
        self.earlier = EarlierTunings(data)
        self.all_earlier = False
        self.curves: list[str] = []  # ids of the earlier runs whose curves are drawn

    def show_run(self) -> None:
        """Show the run with its settings."""
        raise NotImplementedError

    def look(self) -> None:
        super().look()
        self.earlier.look()

    def seen(self) -> object:
        seen = super().seen()
        return None if seen is None else (seen, tuple(each.summary for each in self.earlier.found))

    def do_open(self, value: Any, values: dict[str, Any]) -> None:
        """Show an earlier run in this panel, which then stands for what that run made."""
        found = {each.run.id: each for each in self.earlier.found}
        if value not in found:
            raise UnknownNameError("run", value, found)
        self.run, self.touched = found[value].run, True
        self.curves = [other for other in self.curves if other != value]
        self.show_run()

    def do_curve(self, value: Any, values: dict[str, Any]) -> None:
        """Draw the curves of the earlier runs that are ticked; of too many, those ticked last."""
        ticked = [each.run.id for each in self.earlier.found if values.get(f"curve:{each.run.id}") is True]
        new = [run for run in ticked if run not in self.curves]
        self.curves = [*(run for run in self.curves if run in ticked), *new][-MOST_CURVES:]

    def do_earlier(self, value: Any, values: dict[str, Any]) -> None:
        """Show all earlier runs, or few of them again."""
        self.all_earlier = not self.all_earlier

    def result(self) -> Result | None:
        """Return what came of the run that is shown, or None before it has ended or where it left nothing."""
        if self.run is None or self.status is None or not self.status.over:
            return None
        try:
            return self.run.result
        except (KitError, OSError, ValueError):
            return None

    def beside(self) -> list[Earlier]:
        """Return the earlier tunings on the same rows, the run that is shown left out, newest first."""
        own = self.run.id if self.run is not None and not self.editing else ""
        return [each for each in self.earlier.found if each.run.id != own]
