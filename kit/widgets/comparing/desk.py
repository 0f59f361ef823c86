"""What a person sees and can do with the rows of a sweep: read the plots, put one question to two variants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kit.engines.spec import Variant
from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.jobs import Run, Status
from kit.measure.spec import AnswerSpec
from kit.plots.reading import rows_of, said_rows, variant_name
from kit.result import Result
from kit.spec import Spec
from kit.widgets.desk import Desk
from kit.widgets.figures import ResultFigures
from kit.widgets.keep import keep, recall
from kit.widgets.origin import panel_name


@dataclass(frozen=True)
class Answer:
    """What one variant has said so far; `state` is "", "queued", "waiting", "loading", "writing", "done" or
    "cut short"."""

    variant: str
    text: str = ""
    state: str = ""
    phase: str = ""
    ttft_s: float | None = None
    tokens_per_s: float | None = None


class CompareDesk(Desk):
    """The rows of a sweep and the last question that was put to two of them.

    Parameters
    ----------
    sweep : SweepPanel, Run or Result
        Where the rows come from.
    name : str, optional
        The panel's name; left out, made from the sweep.
    """

    def __init__(self, sweep: Any, name: str | None) -> None:
        desk = getattr(sweep, "desk", None)
        if not isinstance(sweep, Result | Run) and not hasattr(desk, "results"):
            raise ParameterError("sweep", sweep, allowed=_("a SweepPanel, the run of a sweep or its result"))
        known = sweep.spec if isinstance(sweep, Result) else sweep
        super().__init__(panel_name("ComparePanel", name, {"sweep": known}))
        self.title = _("Compare")
        self.sweep = sweep
        self.figures = ResultFigures()
        self.pair = ("", "")
        self.prompt = ""
        if not self.renew():
            kept = recall(self.name)
            self.pair = (str(kept.get("left", "")), str(kept.get("right", "")))
            self.prompt = str(kept.get("prompt", ""))

    def renew(self) -> bool:
        if not self.adopt(AnswerSpec):
            return False
        assert self.run is not None
        spec = self.run.spec
        assert isinstance(spec, AnswerSpec)
        names = [variant.name for variant in spec.variants]
        self.pair, self.prompt = (names[0], names[-1]), spec.prompt
        return True

    def results(self) -> list[Result]:
        """Return the rows that are measured so far."""
        if isinstance(self.sweep, Result):
            return rows_of(self.sweep)
        if isinstance(self.sweep, Run):
            return rows_of(said_rows(self.sweep.status))
        return rows_of(self.sweep.desk.results())

    def pending(self) -> str:
        """Return what the rows wait for, or ""."""
        if isinstance(self.sweep, Result):
            return ""
        if isinstance(self.sweep, Run):
            return "" if self.sweep.status.over else _("waits for the sweep")
        return str(self.sweep.desk.hint())

    def sweep_spec(self) -> Spec | None:
        """Return the spec of the sweep whose rows these are, if it can be known."""
        run = self.sweep if isinstance(self.sweep, Run) else getattr(self.sweep, "run", None)
        if run is not None:
            spec: Spec = run.spec
            return spec
        try:
            return Spec.from_dict(self.sweep.spec) if isinstance(self.sweep, Result) else None
        except KitError:
            return None

    @property
    def busy(self) -> bool:
        return super().busy or bool(self.pending())

    def seen(self) -> object:
        seen, desk = super().seen(), getattr(self.sweep, "desk", None)
        if seen is None or desk is None:
            return seen
        rows = desk.seen()
        return None if rows is None else (seen, rows)

    def chosen(self) -> tuple[str, str]:
        """Return which two variants are asked: the ticked ones, else the reference and the last row."""
        names = [variant_name(result) for result in self.results()]
        if not names:
            return "", ""
        left, right = self.pair
        return left if left in names else names[0], right if right in names else names[-1]

    def variant(self, name: str) -> Variant:
        """Return the variant called `name`, as the sweep measured it."""
        for result in self.results():
            if variant_name(result) == name:
                held = result.spec.get("variant")
                if isinstance(held, dict):
                    return Variant.from_dict(held)
                sweep = self.sweep_spec()
                return Variant(model=str(getattr(sweep, "model", "")), method=name)
        raise ParameterError("variant", name, allowed=_("the name of a measured row"))

    def spec(self) -> AnswerSpec:
        left, right = self.chosen()
        if not left:
            raise KitError(_("There is nothing to ask yet: no row is measured."), fix=_("Start the sweep first."))
        if not self.prompt.strip():
            raise KitError(_("There is no question yet."), fix=_("Type one and press Ask."))
        names = dict.fromkeys((left, right))
        return AnswerSpec(variants=tuple(self.variant(name) for name in names), prompt=self.prompt)

    def do_set(self, value: Any, values: dict[str, Any]) -> None:
        """Take in the question and the two variants."""
        self.touched = True
        left, right = self.chosen()
        self.pair = (str(values.get("left", left)), str(values.get("right", right)))
        self.prompt = str(values.get("prompt", self.prompt))
        keep(self.name, {"left": self.pair[0], "right": self.pair[1], "prompt": self.prompt})

    def do_ask(self, value: Any, values: dict[str, Any]) -> None:
        """Put the question to both variants."""
        self.do_set(value, values)
        self.begin(self.spec())

    def answers(self) -> list[Answer]:
        """Return what each variant that was asked has said so far."""
        if self.run is None or self.status is None:
            return [Answer(name) for name in dict.fromkeys(self.chosen()) if name]
        spec = self.run.spec
        assert isinstance(spec, AnswerSpec)
        names = [variant.name for variant in spec.variants]
        return [self._answer(place, names, self.status) for place in range(len(names))]

    def _answer(self, place: int, names: list[str], status: Status) -> Answer:
        """Return the answer at `place`; variants answer in order and report text by place."""
        said = status.records.get("answer", [])
        done = {str(record.get("part", n)): record for n, record in enumerate(said)}  # one said again counts once
        name = names[place]
        if str(place) in done:
            record = done[str(place)]
            speeds = record.get("ttft_s"), record.get("tokens_per_s")
            return Answer(name, str(record.get("text", "")), "done", "", *speeds)
        text = status.texts.get(str(place), "")
        if status.over:
            return Answer(name, text, "cut short")
        if status.state == "queued":
            return Answer(name, text, "queued")
        if place > len(done):
            return Answer(name, "", "waiting", names[place - 1])
        return Answer(name, text, "writing" if text else "loading", status.phase)
