"""Panels side by side where there is room, one under the other where there is not."""

from __future__ import annotations

from typing import Any

from kit.errors import ParameterError
from kit.i18n import _
from kit.widgets.panel import Panel


def columns(*panels: Panel[Any]) -> Any:
    """Return an ipywidgets box with `panels`: two columns from about 1,100 pixels on, one below."""
    import ipywidgets

    for panel in panels:
        if not isinstance(panel, Panel):
            raise ParameterError("panels", panel, allowed=_("panels, such as kit.ModelPicker()"))
    box = ipywidgets.Box([panel.widget for panel in panels])
    box.add_class("tunebook-columns")
    return box
