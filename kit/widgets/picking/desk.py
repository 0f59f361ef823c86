"""What a person sees and can do when choosing a model."""

from __future__ import annotations

from typing import Any

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.machine import this_machine
from kit.models import DEFAULT, GetSpec, available, catalogue
from kit.widgets.desk import Desk
from kit.widgets.keep import keep, recall
from kit.widgets.origin import model_words, panel_name
from kit.widgets.phase import left_words
from kit.widgets.picking.offer import Offer, offer

TASKS = ("classify", "choose", "answer", "continue")
SORTS = ("here", "size", "new")
LICENCES = ("any", "commercial")
FEW = 6  # rows shown until somebody asks for all


class PickDesk(Desk):
    """The models there are, the one that is chosen, and a download that may be going on.

    Parameters
    ----------
    task : {"classify", "choose", "answer", "continue"}
        What the model is for. Every text model can do each, so it leaves none out today.
    selected : str, optional
        Chosen at the start; left out, the default model.
    name : str, optional
        The panel's name; left out, made from the arguments.
    """

    def __init__(self, task: str, selected: str | None, name: str | None) -> None:
        super().__init__(panel_name("ModelPicker", name, {"task": task, "selected": selected}))
        if task not in TASKS:
            fix = _("To choose a model, write selected={task!r}.").format(task=task) if _is_model(task) else ""
            raise ParameterError("task", task, allowed=_("one of ") + ", ".join(TASKS), fix=fix)
        self.title = _("Choose a model")
        self.task = task
        kept = recall(self.name)
        self.model = str(kept.get("model") or selected or DEFAULT)
        if selected is not None and not _known(selected):
            raise _unknown(selected)
        if not _known(self.model):  # kept, and gone since
            self.model = selected or DEFAULT
        self.sort, self.licence, self.everything = "here", "any", False
        self.offers: dict[str, Offer] = {}
        self.renew()

    def renew(self) -> bool:
        """Look again at what is on this machine."""
        machine, cards = this_machine(), catalogue()
        read = [name for name, card in cards.items() if card.modality == "text" and not card.own_code]
        names = list(dict.fromkeys([*read, self.model]))  # what also sees, or brings code, no engine runs yet
        self.offers = {name: offer(name, cards.get(name), machine) for name in names}
        return self.adopt(GetSpec)

    def follow(self) -> bool:
        return self.adopt(GetSpec)

    def shown(self) -> list[Offer]:
        """Return the models to show, in order; the chosen one and one on its way are always among them."""
        offers = [each for each in self.offers.values() if self.licence == "any" or _commercial(each)]
        offers.sort(key=self._order)
        few = offers if self.everything else offers[:FEW]
        wanted = (self.model, self.getting)
        return few + [each for each in self.offers.values() if each.name in wanted and each not in few]

    def hidden(self) -> int:
        """Return how many models are not shown."""
        return len(self.offers) - len(self.shown())

    def _order(self, each: Offer) -> tuple[Any, ...]:
        card = each.card
        size = card.parameters if card else 0
        if self.sort == "new" and card is not None:
            year, month = (card.released or "1970-01").split("-")  # of a folder nobody knows when
            return (-int(year) * 12 - int(month), size)
        return (not each.here if self.sort == "here" else False, size)

    @property
    def getting(self) -> str:
        """The name of the model that is being fetched, or ""."""
        if self.run is None or self.status is None or self.status.over:
            return ""
        return str(getattr(self.run.spec, "name", ""))

    def look(self) -> None:
        before = self.getting
        super().look()
        if before and not self.getting:
            self.offers[before] = offer(before, catalogue().get(before), this_machine())

    def do_filter(self, value: Any, values: dict[str, Any]) -> None:
        """Take in how the models are sorted and which are shown."""
        self.sort = str(values.get("sort", self.sort)) if values.get("sort") in SORTS else self.sort
        self.licence = str(values.get("licence", self.licence)) if values.get("licence") in LICENCES else self.licence

    def do_more(self, value: Any, values: dict[str, Any]) -> None:
        """Show all models, or only the first few again."""
        self.everything = not self.everything

    def do_use(self, value: Any, values: dict[str, Any]) -> None:
        """Choose the model named `value`, or the one typed into the field below the table."""
        name = str(value).strip() or str(values.get("other", "")).strip()
        if not name:
            raise KitError(_("No model is named."), fix=_("Type a hub id, a folder, a GGUF file or package:NAME."))
        if not _known(name):
            raise _unknown(name)
        self.model = name
        keep(self.name, {"model": name})
        if name not in self.offers:
            self.renew()

    def do_get(self, value: Any, values: dict[str, Any]) -> None:
        """Fetch the model named `value`."""
        if self.getting:
            raise KitError(
                _("{name} is still on its way.").format(name=self.getting), fix=_("Wait for it, or stop it.")
            )
        self.begin(GetSpec(name=str(value)))

    def spec(self) -> GetSpec:
        return GetSpec(name=self.model)

    def hint(self) -> str:
        if self.getting != self.model or self.status is None:
            return ""
        words = [_("waits for {model}").format(model=model_words(self.model)), left_words(self.status)]
        return " · ".join(word for word in words if word)


def _known(name: str) -> bool:
    return name in catalogue() or available(name)


def _is_model(name: object) -> bool:
    return isinstance(name, str) and _known(name)


def _unknown(name: str) -> KitError:
    from kit.models import locate

    try:
        locate(name)
    except KitError as exc:
        return exc
    return KitError(_("The model {name!r} cannot be used.").format(name=name))


def _commercial(each: Offer) -> bool:
    return each.card is not None and each.card.licence_commercial == "yes"
