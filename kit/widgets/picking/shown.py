"""Which models are shown, and what is said of each: the state that every part of the page is drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from kit.errors import UnknownNameError
from kit.i18n import _
from kit.lack import Lack
from kit.models import DEFAULT, GetSpec, ModelCard, available
from kit.quantization import methods as registered
from kit.widgets.desk import Desk, Problem
from kit.widgets.keep import keep, recall
from kit.widgets.origin import panel_name
from kit.widgets.picking.evidence import Qualities
from kit.widgets.picking.filters import Filters
from kit.widgets.picking.measured import Figures, Measured
from kit.widgets.picking.offer import Offer, Terms, is_known, missing, names_offered
from kit.widgets.picking.order import SORTS, in_order
from kit.widgets.picking.probe import Probe

PAGE = 6  # rows that are shown at first
MORE = 12  # rows that are added


class ShownDesk(Desk):
    """All models with what they would mean here, what of them is looked for, and the one that is chosen.

    Parameters
    ----------
    task, selected, name : str
        As `PickDesk` takes them.
    """

    def __init__(self, task: str, selected: str | None, name: str | None) -> None:
        super().__init__(panel_name("ModelPicker", name, {"task": task, "selected": selected}))
        self.title = _("Choose a model")
        self.task = task
        self.probe, self.measured = Probe(), Measured()
        self.context, self.batch = 2048, 1
        self.filters, self.sort = Filters(task=task), "fit"
        self.limit, self.opened = PAGE, ""
        self.model, self.held = selected or DEFAULT, ""
        self.offers: dict[str, Offer] = {}
        self.changes = 0
        self._cards: dict[str, ModelCard | None] = {}
        self._here: dict[str, bool] = {}
        self._lacks: dict[str, tuple[Lack, ...]] = {}
        self._qualities: Qualities | None = None
        self._recall(recall(self.name))
        self.renew()

    def _recall(self, kept: Mapping[str, Any]) -> None:
        if is_known(str(kept.get("model", ""))):  # else it is gone since
            self.model = str(kept["model"])
            self.held = str(kept.get("method", "")) if kept.get("method") in registered() else ""
        filters = kept.get("filters")
        self.filters = Filters.of(filters, self.filters) if isinstance(filters, dict) else self.filters
        self.sort = str(kept["sort"]) if kept.get("sort") in SORTS else self.sort
        for name in ("context", "batch"):
            if isinstance(kept.get(name), int) and kept[name] > 0:
                setattr(self, name, kept[name])

    def keep(self) -> None:
        """Keep what is chosen, looked for and predicted for."""
        chosen = {"model": self.model, "method": self.held, "context": self.context, "batch": self.batch}
        keep(self.name, {**chosen, "filters": asdict(self.filters), "sort": self.sort})

    @property
    def method(self) -> str:
        """How the weights of the chosen model are held: as a person chose, else the best way that fits."""
        each = self.offers.get(self.model)
        return self.held or (each.best.method if each is not None and each.best is not None else "bf16")

    def renew(self) -> bool:
        """Look again at what is on this machine."""
        self.measured.look()
        self.probe.look()
        self._cards = names_offered([self.model])
        self._here = {name: available(name) for name in self._cards}
        self._lacks = missing()
        self._offer_anew()
        return self.adopt(GetSpec)

    def set_terms(self, *, context: int, batch: int) -> None:
        """Predict for another context and batch."""
        if (context, batch) != (self.context, self.batch):
            self.context, self.batch = context, batch
            self._offer_anew()
            self.keep()

    def _offer_anew(self) -> None:
        terms = Terms(self.context, self.batch, self.probe.speed, lacks=self._lacks)
        self.offers = {name: Offer(name, card, self._here[name], terms) for name, card in self._cards.items()}
        self._qualities = None
        self.changes += 1

    def offer(self, name: str) -> Offer:
        """Return what the model `name` would mean here.

        Raises
        ------
        UnknownNameError
            It is not among those that are offered.
        """
        if name not in self.offers:
            raise UnknownNameError("model", name, self.offers)
        return self.offers[name]

    def figures(self, each: Offer) -> dict[str, Figures]:
        """Return by method what own runs measured of a model."""
        return self.measured.of(*each.names).figures

    @property
    def qualities(self) -> Qualities:
        """What is known of how good models are at the task."""
        if self._qualities is None or self._qualities.task != self.filters.task:
            self._qualities = Qualities(self.offers.values(), self.filters.task, self.measured)
        return self._qualities

    def found(self) -> list[Offer]:
        """Return the models that are looked for, in order."""
        return in_order(self.filters.pick(self.offers.values()), self.sort, self.qualities)

    @property
    def getting(self) -> str:
        """The name of the model that is being fetched, or ""."""
        if self.run is None or self.status is None or self.status.over:
            return ""
        return str(getattr(self.run.spec, "name", ""))

    def follow(self) -> bool:
        if self.measured.look():
            self._qualities = None
            self.changes += 1
        if self.probe.look():  # another panel has measured this machine
            self._offer_anew()
        return self.adopt(GetSpec)

    def look(self) -> None:
        before = self.getting
        super().look()
        if before and not self.getting:
            self._cards.setdefault(before, None)
            self._here[before] = available(before)
            self._offer_anew()
        if self.probe.ended():
            self.problem = Problem.of(self.probe.problem) if self.probe.problem else self.problem
            self.probe.look()
            self._offer_anew()

    @property
    def busy(self) -> bool:
        return super().busy or self.probe.going

    def seen(self) -> object:
        seen = super().seen()
        return None if seen is None else (seen, self.changes)
