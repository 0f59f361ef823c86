"""The panel that chooses a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit._arguments import named_arguments
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.picking.desk import PickDesk

    _Panel = Panel[PickDesk]
else:
    _Panel = Panel


class ModelPicker(_Panel):
    """See which open models can do a task on this machine, how fast, and why others cannot; choose one and fetch it.

    Parameters
    ----------
    task : {"classify", "choose", "answer", "chat", "continue"}, default "classify"
        What the model is for.
    selected : str, optional
        Chosen at the start: a catalogue name or anything that `kit.models.locate` finds. Left out, the default model.
    name : str, optional
        Under which the panel finds its choice and its filters again; left out, made from the other arguments.

    Raises
    ------
    KitError
        No such task, or no such model.
    """

    @named_arguments
    def __init__(self, task: str = "classify", selected: str | None = None, name: str | None = None) -> None:
        from kit.widgets.picking import desk, page  # with many modules that `import kit` does without

        super().__init__(desk.PickDesk(task, selected, name), page.pick_page)

    @property
    def model(self) -> str:
        """The name of the chosen model."""
        return self.desk.model

    @property
    def method(self) -> str:
        """How its weights are to be held, such as "bf16": as was chosen, else the most bits that fit this machine."""
        return self.desk.method

    def as_spec_value(self) -> str:
        """Return what a spec holds in place of the panel."""
        return self.desk.model
