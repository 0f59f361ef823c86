"""What a person sees and can do when choosing a model."""

from __future__ import annotations

from typing import Any

from kit.engines import Variant
from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.models import GetSpec
from kit.models.uses import TASKS
from kit.quantization import methods as registered
from kit.widgets.origin import model_words
from kit.widgets.phase import left_words
from kit.widgets.picking.filters import Filters
from kit.widgets.picking.offer import is_known, unknown
from kit.widgets.picking.order import SORTS
from kit.widgets.picking.shown import MORE, PAGE, ShownDesk


class PickDesk(ShownDesk):
    """The models there are, the one that is chosen, and a download that may be going on.

    Parameters
    ----------
    task : {"classify", "choose", "answer", "chat", "continue"}
        What the model is for at first; it can be changed on the page.
    selected : str, optional
        Chosen at the start; left out, the default model.
    name : str, optional
        The panel's name; left out, made from the arguments.
    """

    def __init__(self, task: str, selected: str | None, name: str | None) -> None:
        if task not in TASKS:
            fix = _("To choose a model, write selected={task!r}.").format(task=task) if _is_model(task) else ""
            raise ParameterError("task", task, allowed=_("one of ") + ", ".join(TASKS), fix=fix)
        if selected is not None and not is_known(selected):
            raise unknown(selected)
        super().__init__(task, selected, name)

    def do_filter(self, value: Any, values: dict[str, Any]) -> None:
        """Take in which models are looked for, and in which order."""
        before = (self.filters, self.sort)
        self.filters = Filters.of(values, self.filters)
        self.sort = str(values["sort"]) if values.get("sort") in SORTS else self.sort
        if (self.filters, self.sort) != before:
            self.limit = PAGE
            self.keep()

    def do_drop(self, value: Any, values: dict[str, Any]) -> None:
        """Take off the filter named `value`."""
        if value in self.filters.active():
            self.filters, self.limit = self.filters.without(str(value)), PAGE
            self.keep()

    def do_reset(self, value: Any, values: dict[str, Any]) -> None:
        """Take off all filters."""
        self.filters, self.limit = Filters(task=self.task), PAGE
        self.keep()

    def do_terms(self, value: Any, values: dict[str, Any]) -> None:
        """Take in the context and the batch that predictions are made for."""
        self.set_terms(
            context=_whole("context", values.get("context", self.context), 1_000_000),
            batch=_whole("batch", values.get("batch", self.batch), 1024),
        )

    def do_more(self, value: Any, values: dict[str, Any]) -> None:
        """Show more models."""
        self.limit += MORE

    def do_open(self, value: Any, values: dict[str, Any]) -> None:
        """Open the details of the model named `value`, or close them."""
        self.opened = "" if self.opened == value else self.offer(str(value)).name

    def do_use(self, value: Any, values: dict[str, Any]) -> None:
        """Choose the model named `value`, or the one typed into the field below the table."""
        name = str(value).strip() or str(values.get("other", "")).strip()
        if not name:
            raise KitError(_("No model is named."), fix=_("Type a hub id, a folder, a GGUF file or package:NAME."))
        if not is_known(name):
            raise unknown(name)
        self._choose(name, "")

    def do_hold(self, value: Any, values: dict[str, Any]) -> None:
        """Choose a model and how its weights are held: "METHOD:NAME"."""
        method, _colon, name = str(value).partition(":")
        if method not in registered():
            raise ParameterError("method", method, allowed=_("one of ") + ", ".join(registered()))
        self._choose(self.offer(name).name, method)

    def do_change(self, value: Any, values: dict[str, Any]) -> None:
        """Make the nearest change with which "METHOD:NAME" would fit: another method, context, batch or sibling."""
        method, _colon, name = str(value).partition(":")
        change = self.offer(name).way(method).fit.change
        if change is None:
            raise KitError(_("No change makes {name} fit this machine.").format(name=model_words(name)))
        self.set_terms(context=change.context, batch=change.batch)
        self._choose(change.model, change.method)
        self.opened = change.model

    def _choose(self, name: str, method: str) -> None:
        each = self.offers.get(name)
        if each is not None and each.barred:
            raise KitError(each.barred, fix=_("Choose another model."))
        self.model, self.held = name, method
        self.keep()
        if name not in self.offers:
            self.renew()

    def do_get(self, value: Any, values: dict[str, Any]) -> None:
        """Fetch the model named `value`."""
        if self.getting:
            raise KitError(
                _("{name} is still on its way.").format(name=self.getting), fix=_("Wait for it, or stop it.")
            )
        self.begin(GetSpec(name=str(value)))

    def do_measure(self, value: Any, values: dict[str, Any]) -> None:
        """Measure how fast this machine is, in the background."""
        self.probe.start()

    def spec(self) -> GetSpec:
        return GetSpec(name=self.model)

    def code(self) -> str:
        variant = Variant(model=self.model, method=self.method)
        return f"import kit\n\nmodel = {self.model!r}\nvariant = {variant.code()}"

    def hint(self) -> str:
        if self.getting != self.model or self.status is None:
            return ""
        words = [_("waits for {model}").format(model=model_words(self.model)), left_words(self.status)]
        return " · ".join(word for word in words if word)


def _is_model(name: object) -> bool:
    return isinstance(name, str) and is_known(name)


def _whole(name: str, typed: Any, most: int) -> int:
    text = str(typed).replace(",", "").replace(" ", "")
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise ParameterError(name, typed, allowed=_("a whole number from 1 to {most}").format(most=f"{most:,}"))
    return int(text)
