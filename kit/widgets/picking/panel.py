"""The panel that chooses a model."""

from __future__ import annotations

from kit._arguments import named_arguments
from kit.widgets.panel import Panel
from kit.widgets.picking.desk import PickDesk
from kit.widgets.picking.page import pick_page


class ModelPicker(Panel[PickDesk]):
    """Choose an open model by what it takes of this machine, and fetch it.

    Parameters
    ----------
    task : {"classify", "choose", "answer", "continue"}, default "classify"
        What the model is for.
    selected : str, optional
        Chosen at the start: a catalogue name or anything that `kit.models.locate` finds. Left out, the default model.
    name : str, optional
        Under which the panel finds its choice again; left out, made from the other arguments.

    Raises
    ------
    KitError
        No such task, or no such model.
    """

    @named_arguments
    def __init__(self, task: str = "classify", selected: str | None = None, name: str | None = None) -> None:
        super().__init__(PickDesk(task, selected, name), pick_page)

    @property
    def model(self) -> str:
        """The name of the chosen model."""
        return self.desk.model

    def as_spec_value(self) -> str:
        """Return what a spec holds in place of the panel."""
        return self.desk.model
