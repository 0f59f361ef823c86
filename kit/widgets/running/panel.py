"""The panel that lists all runs on this machine, alive and over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit._arguments import named_arguments
from kit.jobs import Run
from kit.jobs.listing import Wanted
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.running.desk import RunsDesk

    _Panel = Panel[RunsDesk]
else:
    _Panel = Panel


class RunsPanel(_Panel):
    """See every run on this machine, whoever started it; stop, resume, read, compare and delete runs.

    Parameters
    ----------
    state : str or collection of str, optional
        Only runs in this state, or in one of several; "living" stands for all that are not over.
    kind : str or collection of str, optional
        Only this kind of work: "tune", "sweep", "evaluate", "answer", "get".
    origin : str, optional
        Only those that the panel of this name started.
    name : str, optional
        The panel's name; left out, made from the other arguments.

    Raises
    ------
    ParameterError, UnknownNameError
        An argument is not allowed.
    """

    @named_arguments
    def __init__(
        self, state: Wanted = None, kind: Wanted = None, origin: str | None = None, name: str | None = None
    ) -> None:
        from kit.widgets.running import desk, page  # with many modules that `import kit` does without

        super().__init__(desk.RunsDesk(state, kind, origin, name), page.runs_page)

    @property
    def selected(self) -> list[Run]:
        """The ticked runs, in the order in which they were ticked: ``kit.ComparePanel(panel.selected[0])``."""
        return self.desk.selected()
