"""Which rows a comparison shows, and what of them: the state that every part of the page is drawn from."""

from __future__ import annotations

from typing import Any

from kit.errors import ParameterError
from kit.i18n import _
from kit.plots.metrics import COSTS, QUALITIES, measured_by_all
from kit.plots.reading import common_latency, variant_name
from kit.result import Result
from kit.spec import Spec
from kit.widgets.comparing.fields import AskFields
from kit.widgets.comparing.sources import Sources, same_rows
from kit.widgets.desk import Desk


class ShownDesk(Desk):
    """The rows of a comparison, the two axes, the two variants and the limits that are chosen.

    Parameters
    ----------
    name : str
        The panel's name.
    given : tuple
        Where rows come from, beside the runs that are ticked; from `given_sources`.
    """

    def __init__(self, name: str, given: tuple[Any, ...]) -> None:
        super().__init__(name)
        self.sources = Sources(given)
        self.asking = AskFields()
        self.pair = ("", "")
        self.quality = self.cost = ""
        self.limits: dict[str, float] = {}

    def rows(self) -> list[Result]:
        """Return every row that is measured so far."""
        return self.sources.rows()

    def results(self) -> list[Result]:
        """Return the rows that can be compared: those measured on the same data as the first."""
        rows = self.rows()
        return [row for row in rows if same_rows(row, rows[0])]

    def others(self) -> list[Result]:
        """Return the rows that were measured on other data than the first."""
        rows = self.rows()
        return [row for row in rows if not same_rows(row, rows[0])]

    def qualities(self) -> list[str]:
        """Return the qualities that can be chosen: those that the rows share."""
        return measured_by_all(self.results(), QUALITIES)

    def costs(self) -> list[str]:
        """Return the costs that can be chosen: those that the rows share, else that any has."""
        return measured_by_all(self.results(), COSTS)

    def drawn(self) -> tuple[str, str | None]:
        """Return the quality and the cost that are drawn: the chosen ones, as far as rows have them."""
        qualities, costs = self.qualities(), self.costs()
        quality = self.quality if self.quality in qualities else next(iter(qualities), "acc")
        usual = common_latency(self.results()) or next(iter(costs), None)
        return quality, self.cost if self.cost in costs else usual

    def pending(self) -> str:
        """Return what the rows wait for, or ""."""
        return self.sources.pending()

    def sweep_spec(self) -> Spec | None:
        """Return the spec of the sweep whose rows these are, if it can be known."""
        return self.sources.spec()

    @property
    def busy(self) -> bool:
        return super().busy or bool(self.pending())

    def seen(self) -> object:
        seen = super().seen()
        panels = [each.desk.seen() for each in self.sources.given if hasattr(each, "desk")]
        return None if seen is None or None in panels else (seen, self.sources.listing.changes, panels)

    def chosen(self) -> tuple[str, str]:
        """Return which two variants are compared and asked: the chosen ones, else the reference and the last row."""
        names = [variant_name(row) for row in self.rows()]
        if not names:
            return "", ""
        left, right = self.pair
        last = variant_name(self.results()[-1])
        return left if left in names else names[0], right if right in names else last

    def row(self, name: str) -> Result:
        """Return the row of the variant called `name`."""
        found = next((row for row in self.rows() if variant_name(row) == name), None)
        if found is None:
            raise ParameterError("variant", name, allowed=_("the name of a measured row"))
        return found

    def asked(self) -> list[str]:
        """Return the names of the variants that a question goes to."""
        names = {variant_name(row) for row in self.rows()}
        return list(
            dict.fromkeys([*filter(None, self.chosen()), *(name for name in self.asking.also if name in names)])
        )
