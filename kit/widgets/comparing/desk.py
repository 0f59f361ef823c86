"""What a person sees and can do when comparing: pick runs, set limits, look row by row, ask, take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.plots.card import card
from kit.plots.limits import check_limits
from kit.result import Result
from kit.widgets.comparing.askdesk import AskDesk
from kit.widgets.comparing.coding import comparing_code
from kit.widgets.comparing.drawings import Drawings
from kit.widgets.comparing.examples import Examples
from kit.widgets.comparing.fields import limits_typed
from kit.widgets.comparing.files import file_of
from kit.widgets.comparing.round import recalled
from kit.widgets.comparing.sources import given_sources
from kit.widgets.figures import ResultFigures
from kit.widgets.keep import keep, recall
from kit.widgets.origin import panel_name

LISTED = 6  # runs that are listed at first, and that are added


class CompareDesk(AskDesk):
    """Measured variants from any runs, limits on them, two of them row by row, a question put to some of them.

    Parameters
    ----------
    sweep : SweepPanel, Run, Result, list of these or None
        Where rows come from, beside the runs that are ticked.
    name : str, optional
        The panel's name; left out, made from `sweep`.
    """

    def __init__(self, sweep: Any, name: str | None) -> None:
        given = given_sources(sweep)
        known = [each.spec if isinstance(each, Result) else each for each in given]
        super().__init__(
            panel_name("ComparePanel", name, {"sweep": known[0] if len(known) == 1 else tuple(known)}), given
        )
        self.title = _("Compare")
        self.figures = ResultFigures()
        self.drawings = Drawings()
        self.examples = Examples()
        self.opened = False  # are further figures shown?
        self.find, self.listed, self.picking = "", LISTED, not given
        self.saved = ""  # where the card was written to
        self._recall(recall(self.name))
        self.sources.look()
        self.renew()

    def _recall(self, kept: Mapping[str, Any]) -> None:
        self.pair = (str(kept.get("left", "")), str(kept.get("right", "")))
        self.prompt = str(kept.get("prompt", ""))
        self.quality, self.cost = str(kept.get("quality", "")), str(kept.get("cost", ""))
        self.sources.ticked = {str(id): None for id in kept.get("ticked", ())}
        self.picking = self.picking and not self.sources.ticked
        self.asking.recall(kept)
        self.round = recalled(kept.get("round"))
        try:
            check_limits(kept.get("limits", {}))
            self.limits = dict(kept.get("limits", {}))
        except (KitError, AttributeError, TypeError):
            self.limits = {}

    def keep(self) -> None:
        """Keep what is chosen and typed, what was asked and answered, for the next run of the cell."""
        told = {"left": self.pair[0], "right": self.pair[1], "prompt": self.prompt, "limits": self.limits}
        chosen = {"quality": self.quality, "cost": self.cost, "ticked": list(self.sources.ticked)}
        asked = {"round": self.round.kept()} if self.round is not None and not self.round.busy else {}
        keep(self.name, {**told, **chosen, **self.asking.kept(), **asked})

    def look(self) -> None:
        self.sources.look()
        super().look()

    def code(self) -> str:
        quality, cost = self.drawn()
        bare = any(isinstance(each, Result) for each in self.sources.given)
        code = comparing_code(
            self.sources.runs(),
            bare=bare,
            quality=quality,
            latency_name=cost if self.cost else None,
            limits=self.limits,
        )
        asking = self.asking_code().removeprefix("import kit\n\n") if self.prompt.strip() else ""
        return f"{code}\n\n{asking}".strip() if asking else code

    def take(self, values: Mapping[str, Any]) -> None:
        """Take in everything that is typed and chosen."""
        self.touched = True
        left, right = self.chosen()
        self.pair = (str(values.get("left", left)), str(values.get("right", right)))
        self.prompt = str(values.get("prompt", self.prompt))
        self.quality = str(values.get("quality", self.quality))
        self.cost = str(values.get("cost", self.cost))
        self.examples.take(values)
        self.asking.take(values)
        self.limits = limits_typed(values, self.limits)
        self.keep()

    def do_set(self, value: Any, values: dict[str, Any]) -> None:
        """Take in everything that is typed and chosen."""
        self.take(values)

    def do_limit(self, value: Any, values: dict[str, Any]) -> None:
        """Set one limit, as its line was dragged: ``{"name": "e2el_s", "typed": 200}``; None takes it away."""
        if not isinstance(value, dict) or "name" not in value:
            raise ParameterError("value", value, allowed='{"name": …, "typed": …}')
        typed = value.get("typed")
        self.limits = limits_typed({f"limit:{value['name']}": "" if typed is None else f"{typed}"}, self.limits)
        self.touched = True
        self.keep()

    def do_nolimits(self, value: Any, values: dict[str, Any]) -> None:
        """Take all limits away."""
        self.limits = {}
        self.keep()

    def do_tick(self, value: Any, values: dict[str, Any]) -> None:
        """Take in which runs are ticked, and by which words they are looked for."""
        self.sources.look()
        self.find = str(values.get("find", self.find)).strip()
        for name, on in values.items():
            if name.startswith("run:"):
                id = name.removeprefix("run:")
                self.sources.ticked.update({id: None}) if on else self.sources.ticked.pop(id, None)
        self.keep()

    def do_pick(self, value: Any, values: dict[str, Any]) -> None:
        """Show the runs that can be ticked, or put them away."""
        self.picking = not self.picking

    def do_more(self, value: Any, values: dict[str, Any]) -> None:
        """List more runs."""
        self.listed += LISTED

    def do_examples(self, value: Any, values: dict[str, Any]) -> None:
        """Open or close the look row by row."""
        self.examples.open = not self.examples.open

    def do_figures(self, value: Any, values: dict[str, Any]) -> None:
        """Open or close the further figures."""
        self.opened = not self.opened

    def do_turn(self, value: Any, values: dict[str, Any]) -> None:
        """Turn the page of rows, by 1 or -1."""
        self.examples.turn(int(value))

    def do_export(self, value: Any, values: dict[str, Any]) -> None:
        """Make a file of what is shown: "png", "svg", "csv" or "html", which the browser then saves."""
        rows = self.results()
        if not rows:
            raise KitError(_("There is nothing to take away yet: no row is measured."), fix=_("Tick a run first."))
        quality, cost = self.drawn()
        shown = self.rows() if value == "csv" else rows
        made = file_of(str(value), shown, self.whole(), quality=quality, latency_name=cost, limits=self.limits)
        self.files = [made]

    def whole(self) -> Result:
        """Return the rows that can be compared as one result, with the spec they came from where they share one."""
        rows, spec = self.results(), self.sweep_spec()
        if self.sources.several or spec is None:
            return Result(spec={"runs": [run.id for run in self.sources.runs()]}, parts=tuple(rows))
        return Result(spec=spec.to_dict(), parts=tuple(rows), provenance=dict(rows[0].provenance) if rows else {})

    def do_save(self, value: Any, values: dict[str, Any]) -> None:
        """Write the run card into the folder of the first run that rows come from."""
        runs = self.sources.runs()
        if not runs:
            raise KitError(_("These rows come from no run that has a folder."), fix=_("Take the run card as a file."))
        quality, cost = self.drawn()
        place = runs[0].folder / "artifacts" / "card.html"
        self.saved = str(card(self.whole(), place, quality=quality, latency_name=cost, limits=self.limits))
