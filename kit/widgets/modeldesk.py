"""A panel whose work needs a model that another panel, or a run, may still be making."""

from __future__ import annotations

from typing import Any

from kit._check import plain
from kit.widgets.desk import Desk
from kit.widgets.origin import model_like, pending


class ModelDesk(Desk):
    """The base of panels that start their run once their model is there.

    Parameters
    ----------
    name : str
        The panel's name.
    model : str, Run or panel
        Which model; a panel is asked when the run starts.
    """

    def __init__(self, name: str, model: Any) -> None:
        super().__init__(name)
        self.model = model_like(model)

    def waits(self) -> str:
        """Return why the run cannot start yet, or ""."""
        return pending(self.model)

    @property
    def busy(self) -> bool:
        return super().busy or (self.editing and bool(self.waits()))

    def seen(self) -> object:
        seen = super().seen()
        return None if seen is None else (seen, plain(self.model))

    def look(self) -> None:
        super().look()
        if self.run is None:
            self.editing = True
