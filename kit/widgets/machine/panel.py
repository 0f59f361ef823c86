"""The panel on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit._arguments import named_arguments
from kit.machine import Speed
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.machine.desk import MachineDesk

    _Panel = Panel[MachineDesk]
else:
    _Panel = Panel


class MachineCard(_Panel):
    """See what this machine has and has free, measure how fast it is, and copy what would make the rest run.

    Parameters
    ----------
    device : str, optional
        Whose speed is shown: "cpu", "cuda:0", …; left out, where models run.
    name : str, optional
        Under which the panel finds its measurement again; left out, made from the other arguments.

    Raises
    ------
    ParameterError
        There is no such device.
    """

    @named_arguments
    def __init__(self, device: str | None = None, name: str | None = None) -> None:
        from kit.widgets.machine import desk, page  # with many modules that `import kit` does without

        super().__init__(desk.MachineDesk(device, name), page.machine_page)

    @property
    def speed(self) -> Speed | None:
        """What was measured, or None."""
        return self.desk.speed
