"""The panel in which a technician reads alarms and decides on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import htpy as h

from kit._arguments import named_arguments
from kit.errors import ParameterError
from kit.i18n import _
from kit.widgets.panel import Panel

if TYPE_CHECKING:
    from kit.widgets.watching.desk import MachineDesk


class MachinePanel(Panel["MachineDesk"]):
    """Machines by urgency, each with its record, its likely failure and what to look at; decisions are kept.

    Parameters
    ----------
    source : case or path, optional
        Of the manufacturing vertical, or the folder of its outcome; left out, the outcome that was measured last.
    name : str, optional
        The panel's name.

    Raises
    ------
    ParameterError
        `source` is neither.
    """

    @named_arguments
    def __init__(self, source: Any = None, name: str | None = None) -> None:
        from kit.widgets.watching.desk import MachineDesk

        super().__init__(MachineDesk(_folder(source), name), _page)


def _page(desk: MachineDesk) -> h.Element:
    from kit.widgets.watching.page import machine_page

    return machine_page(desk)


def _folder(source: Any) -> Path | None:
    if source is None:
        from kit.verticals.outcome import newest_outcome, outcome_of

        return (newest_outcome("manufacturing") or outcome_of("manufacturing", "machines")).path.parent
    if isinstance(source, str | Path):
        return Path(source)
    if not hasattr(source, "watch_folder"):
        allowed = _("a case of kit.verticals.manufacturing, or the folder of its outcome")
        raise ParameterError("source", source, allowed=allowed)
    folder: Path | None = source.watch_folder
    return folder
