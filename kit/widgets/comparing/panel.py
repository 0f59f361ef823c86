"""The panel that draws what a sweep found and lets two variants answer side by side."""

from __future__ import annotations

from typing import Any

from kit._arguments import named_arguments
from kit.widgets.comparing.desk import CompareDesk
from kit.widgets.comparing.page import compare_page
from kit.widgets.panel import Panel


class ComparePanel(Panel[CompareDesk]):
    """See which variant is worth it, and read how two of them answer.

    Parameters
    ----------
    sweep : SweepPanel, Run or Result
        Where the rows come from; the panel follows a sweep that is still going on.
    name : str, optional
        Under which the panel finds its last question again; left out, made from the sweep.

    Raises
    ------
    ParameterError
        `sweep` is none of these.
    """

    @named_arguments
    def __init__(self, sweep: Any, name: str | None = None) -> None:
        follows = [sweep] if isinstance(sweep, Panel) else []
        super().__init__(CompareDesk(sweep, name), compare_page, follows)
