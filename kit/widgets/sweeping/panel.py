"""The panel that holds one model in several ways and measures each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import htpy as h

from kit._arguments import named_arguments
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.sweeping.desk import SweepDesk


class SweepPanel(Panel["SweepDesk"]):
    """Compare quantization methods on one model.

    Parameters
    ----------
    model : str, Run or panel
        Which model; a panel such as `TunePanel` is asked when the sweep starts.
    data : DataSpec, dataset or str
        Test rows.
    methods : sequence of str, optional
        Ticked at the start; left out, the defaults of `SweepSpec`. The first is the reference; "all" alone stands for
        everything that runs here.
    name : str, optional
        Under which the panel finds its runs again; left out, made from the other arguments.
    **settings
        Other fields of `SweepSpec`, such as ``requests=5`` or ``minutes=10``. Left out, ``measures`` has the divergence
        from the reference, too.

    Raises
    ------
    ParameterError
        A setting is not allowed.
    """

    @named_arguments
    def __init__(
        self, model: Any, data: Any, methods: Sequence[str] | None = None, name: str | None = None, **settings: Any
    ) -> None:
        from kit.widgets.sweeping.desk import SweepDesk  # who only imports the panels needs neither desk nor page

        follows = [model] if isinstance(model, Panel) else []
        super().__init__(SweepDesk(model, data, methods, name, settings), _page, follows)


def _page(desk: SweepDesk) -> h.Element:
    from kit.widgets.sweeping.page import sweep_page

    return sweep_page(desk)
