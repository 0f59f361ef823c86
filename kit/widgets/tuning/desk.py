"""What a person sees and can do while tuning."""

from __future__ import annotations

from typing import Any

from kit._check import plain
from kit.errors import ParameterError
from kit.i18n import _
from kit.jobs import Status
from kit.plots.words import remaining
from kit.tuning.spec import TuneSpec
from kit.widgets.form import Form
from kit.widgets.keep import keep, recall
from kit.widgets.modeldesk import ModelDesk
from kit.widgets.origin import data_spec, panel_name
from kit.widgets.tuning.steps import steps_words

FIRST = ("epochs", "learning_rate", "rank", "batch_size")
MORE = (
    "steps",
    "alpha",
    "dropout",
    "schedule",
    "warmup_share",
    "micro_batch_size",
    "max_length",
    "precision",
    "evaluations",
    "target_modules",
    "processes",
    "seed",
)


class TuneDesk(ModelDesk):
    """Settings of a tuning, and the run that came of them.

    Parameters
    ----------
    model : str, Run or panel
        Which model; a panel is asked when the tuning starts.
    data, validation : DataSpec, dataset or str
        Training rows and, optionally, validation rows.
    name : str, optional
        The panel's name; left out, made from the arguments.
    settings : mapping
        Other fields of `TuneSpec`.
    """

    def __init__(self, model: Any, data: Any, validation: Any, name: str | None, settings: dict[str, Any]) -> None:
        given = {"model": model, "data": data, "validation": validation, **settings}
        super().__init__(panel_name("TunePanel", name, given), model)
        self.title = _("Tune")
        self.data = data_spec("data", data)
        self.validation = None if validation is None else data_spec("validation", validation)
        checks = {"model": "?", "data": self.data, "validation": self.validation, **settings}
        TuneSpec.from_dict(checks)  # what is wrong is refused here and now
        self.form = Form(TuneSpec, FIRST + MORE, settings)
        self.editing = True
        self.share: float | None = None
        self.steps: int | None = None
        if not self.renew():
            self.form.take(recall(self.name))

    def renew(self) -> bool:
        """Show the newest run that this panel started, with its settings; say whether there is a new one."""
        if not self.adopt(TuneSpec):
            return False
        self._show_run()
        return True

    def _show_run(self) -> None:
        assert self.run is not None
        spec = self.run.spec
        self.form.fill({name: getattr(spec, name) for name in self.form.names})
        self.editing, self.share, self.steps = False, None, getattr(spec, "steps", None)
        self.look()

    def look(self) -> None:
        super().look()
        status = self.status
        # A validation counts rows: how far the training is stays as it was.
        if status is not None and status.unit == "steps" and status.phase in ("training", "validating"):
            self.share = status.share
            self.steps = int(status.total) if status.total else self.steps

    def left_s(self) -> float | None:
        """Return how long the steps still take, validations between them included, or None while nobody can know."""
        if self.status is None or self.share is None:  # what comes before the first step tells nothing of the steps
            return None
        return self.status.eta_s

    def spec(self) -> TuneSpec:
        return TuneSpec(model=plain(self.model), data=self.data, validation=self.validation, **self.form.values())

    def planned(self) -> str:
        """Return how many steps the settings on the page mean, in words, or "" where nobody can know yet."""
        try:
            settings = self.form.values()
        except ParameterError:
            return ""
        return steps_words(self.data, held_back=self.validation is None, settings=settings)

    def do_set(self, value: Any, values: dict[str, Any]) -> None:
        """Take the settings in as they are typed."""
        self.touched = True
        self.form.take(values)
        keep(self.name, dict(self.form.raw))

    def do_start(self, value: Any, values: dict[str, Any]) -> None:
        """Start a run with the settings on the page."""
        self.form.take(values)
        try:
            spec = self.spec()
        except ParameterError as exc:
            self.form.blame(exc)
            raise
        self.begin(spec)
        self._show_run()

    def do_again(self, value: Any, values: dict[str, Any]) -> None:
        """Show the settings again, filled as they were."""
        self.editing = self.touched = True

    def do_back(self, value: Any, values: dict[str, Any]) -> None:
        """Show the last run again."""
        self.touched = False
        self.editing = self.run is None

    def hint(self) -> str:
        status = self.status
        if status is None or status.over:
            return ""
        left = self.left_s()
        words = [_("waits for the tuning")] + (
            [_("{time} left").format(time=remaining(left))] if left is not None else []
        )
        return " · ".join(words)

    def as_spec_value(self) -> Any:
        """Return the tuned model where a run has made one, else the model itself."""
        if self.run is not None and self.status is not None and made_adapter(self.status):
            return self.run.as_spec_value()
        return plain(self.model)


def made_adapter(status: Status) -> bool:
    """Did a run that is over leave an adapter?"""
    return status.over and "adapter" in status.artifacts
