"""The panel that tunes a model and shows how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import htpy as h

from kit._arguments import named_arguments
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.tuning.desk import TuneDesk


class TunePanel(Panel["TuneDesk"]):
    """Tune a model with LoRA and watch it learn.

    Parameters
    ----------
    model : str, Run or panel
        Which model; a panel such as `ModelPicker` is asked when the tuning starts.
    data : DataSpec, dataset or str
        Training rows.
    validation : DataSpec, dataset or str, optional
        Left out, a tenth of the training rows is held back.
    preset : {"quick", "balanced", "best"}, optional
        Whose settings to begin with; left out, those of `TuneSpec`. Settings that are given count for more.
    name : str, optional
        Under which the panel finds its runs again; left out, made from the other arguments.
    **settings
        Fields of `TuneSpec`, such as ``epochs=1``.

    Raises
    ------
    ParameterError
        A setting is not allowed.
    """

    @named_arguments
    def __init__(
        self,
        model: Any,
        data: Any,
        validation: Any = None,
        name: str | None = None,
        preset: str | None = None,
        **settings: Any,
    ) -> None:
        from kit.widgets.tuning.desk import TuneDesk  # who only imports the panels needs neither desk nor page

        follows = [model] if isinstance(model, Panel) else []
        super().__init__(TuneDesk(model, data, validation, preset, name, settings), _page, follows)

    def as_spec_value(self) -> Any:
        """Return the tuned model where the run has made one, else the model itself."""
        return self.desk.as_spec_value()


def _page(desk: TuneDesk) -> h.Element:
    from kit.widgets.tuning.page import tune_page

    return tune_page(desk)
