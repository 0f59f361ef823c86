"""Read what was typed in a process of its own: personal data goes, tokens come back; nothing is written down.

What finds names and numbers takes memory and seconds to load, which a visitor's kernel is spared.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import _
from kit.isolated import Child, end_child, start_child
from kit.result import Result
from kit.verticals.medical.asked import AskedSpec


class Reading:
    """One question being read.

    Parameters
    ----------
    spec : AskedSpec
    """

    def __init__(self, spec: AskedSpec) -> None:
        self._spec = spec
        self._child: Child | None = None
        self._given_up = False

    def read(self) -> dict[str, Any]:
        """Return what the process tells (see `kit.verticals.medical.asked.work.read`); it takes seconds the first time.

        Raises
        ------
        KitError
            It could not be read.
        """
        with tempfile.TemporaryDirectory() as folder:
            self._child = child = start_child(self._spec, Path(folder))
            try:
                results = [Result.from_dict(said["result"]) for said in map(_object, child.said) if "result" in said]
            finally:
                end_child(child, 0.2 if self._given_up else 10.0)
        if not results:
            problem = _("What was typed could not be read: the process that takes personal data out ended.")
            raise KitError(problem, fix=_("Ask again."))
        if results[-1].status != "finished":
            told = results[-1].error or {}
            raise KitError(str(told.get("message") or results[-1].status), fix=str(told.get("fix") or ""))
        return dict(results[-1].facts)

    def cancel(self) -> None:
        """Read no further."""
        self._given_up = True
        if self._child is not None:
            self._child.process.send_signal(9)


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:  # it ended in the middle of a line
        return {}
    return value if isinstance(value, dict) else {}
