"""The panel that looks at data before a model does, and repairs it on request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import htpy as h

from kit._arguments import named_arguments
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.data.spec import DataSpec
    from kit.jobs import Run
    from kit.widgets.gating.desk import DataDesk


class DataPanel(Panel["DataDesk"]):
    """Look at data: what it is, what is wrong with which row, what would be cut off, and repair it.

    Parameters
    ----------
    data : str, path, DataSpec, Dataset or DataFrame, optional
        A file, the name of a bundled dataset, or rows; left out, the panel asks for it.
    test : str, path, DataSpec, Dataset or DataFrame, optional
        Rows that a model will be tested on, which must not stand in the data.
    task, text, label, choices, context, template : str, optional
        As in `DataSpec`; what is left out is proposed from the names and contents of the columns.
    name : str, optional
        Under which the panel finds its reports again; left out, made from data, test and settings.
    **settings
        Other fields of `GateSpec`, such as ``model="smollm2-135m-instruct"`` or ``max_length=512``.

    Raises
    ------
    ParameterError
        A setting is not allowed.
    """

    @named_arguments
    def __init__(
        self,
        data: Any = None,
        test: Any = None,
        name: str | None = None,
        task: str = "",
        text: str = "",
        label: str = "",
        choices: str = "",
        context: str = "",
        template: str = "",
        **settings: Any,
    ) -> None:
        from kit.widgets.gating.desk import DataDesk  # who only imports the panels needs neither desk nor page

        mapping = {
            "task": task,
            "text": text,
            "label": label,
            "choices": choices,
            "context": context,
            "template": template,
        }
        super().__init__(DataDesk(data, test, mapping, name, settings), _page)

    @property
    def data(self) -> DataSpec | None:
        """What the panel stands for: the cleaned data once it is used, else the data as its columns are chosen now."""
        return self.desk.data()

    @property
    def cleaned(self) -> DataSpec | None:
        """The cleaned data, or None before there is some."""
        return self.desk.cleaned_spec()

    @property
    def report(self) -> Run | None:
        """The run that checked what the panel shows, or None before there is one."""
        return self.desk.report

    def wait(self, timeout_s: float = 60.0) -> None:
        """Wait until all that the page asks of the data has been read: for scripts, where no page looks again.

        Parameters
        ----------
        timeout_s : float, default 60, seconds
            At most.
        """
        until = time.monotonic() + timeout_s
        self.refresh()
        self.html()
        while self.desk.clerk.busy and time.monotonic() < until:
            self.desk.clerk.wait(until - time.monotonic())
            self.html()  # an answer may lead to the next question

    def as_spec_value(self) -> DataSpec:
        """Return what the panel stands for, where a spec or another panel is given it as data."""
        return self.desk.as_spec_value()

    def close(self) -> None:
        """Take the panel off the page and end the process that reads for it; a run goes on."""
        super().close()
        self.desk.clerk.close()


def _page(desk: DataDesk) -> h.Element:
    from kit.widgets.gating.page import data_page

    return data_page(desk)
