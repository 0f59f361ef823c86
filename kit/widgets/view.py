"""The one widget behind every panel: it shows HTML that Python wrote and brings back what a person did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent
_SCRIPTS = ("view.js", "limits.js", "rows.js")
_SHEETS = (
    "style.css",
    "comparing.css",
    "consulting.css",
    "picking.css",
    "tuning.css",
    "sweeping.css",
    "triaging.css",
    "gating.css",
    "playing.css",
    "watching.css",
)


class View(anywidget.AnyWidget):  # type: ignore[misc]
    """A widget that shows `html` and sends messages ``{"action": ..., "value": ..., "values": {...}}``."""

    _esm = "".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = "".join((_HERE / name).read_text(encoding="utf-8") for name in _SHEETS)

    # public, synced
    html = traitlets.Unicode("", help="What is shown; changed in place, so that focus and typed text stay.").tag(
        sync=True
    )

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.layout.width = "100%"  # else a box gives it no room: its inner width depends on its outer one
        self.layout.min_width = "0"
