"""What people decided on alerts, kept for good: one line of JSON for each deed, only ever appended.

A decision that is taken back is a further line, so nothing that somebody did is lost. Several processes may write at
once (an app has a kernel for each visitor); a line that a crash cut short spoils no other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.i18n import _
from kit.verticals.lines import Lines


@dataclass(frozen=True)
class Decision:
    """What was decided on one alert, and what had been proposed.

    Parameters
    ----------
    alert : str
        By which it is known: the same text, the same key.
    decision, proposed : str
        Labels; equal where a proposal was accepted.
    text : str
        The alert as the model read it.
    by : str
        A mark of who decided, without a name: one for each page or kernel.
    at : float
        Unix time.
    """

    alert: str
    decision: str
    proposed: str
    text: str
    by: str
    at: float

    @property
    def accepted(self) -> bool:
        """Is the decision what was proposed?"""
        return self.decision == self.proposed


class Decisions:
    """The decisions in one file.

    Parameters
    ----------
    path : Path
        It need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._lines = Lines(self.path)
        self._read: tuple[tuple[int, int], dict[str, Decision]] = ((0, 0), {})

    @property
    def changed(self) -> tuple[int, int]:
        """What is another whenever something was written: time and size of the file."""
        return self._lines.changed

    def standing(self) -> dict[str, Decision]:
        """Return the decisions that stand, by alert, in the order in which they were made: the last one counts."""
        changed = self.changed
        if changed != self._read[0]:
            self._read = (changed, _standing(self._lines.read()))
        return self._read[1]

    def decide(self, alert: str, decision: str, proposed: str, *, text: str, by: str) -> None:
        """Keep a decision.

        Raises
        ------
        KitError
            The file cannot be written to.
        """
        self._append({"what": "decide", "alert": alert, "decision": decision, "proposed": proposed, "text": text}, by)

    def retract(self, alert: str, *, by: str) -> None:
        """Take back the decision on an alert (raises as `decide` does)."""
        self._append({"what": "retract", "alert": alert}, by)

    def rows(self) -> list[dict[str, Any]]:
        """Return the decisions as rows to learn from: text, label, what was proposed, and whether it was accepted."""
        return [
            {"text": each.text, "label": each.decision, "proposed": each.proposed, "accepted": each.accepted}
            for each in self.standing().values()
        ]

    def dataset(self) -> str:
        """Return the rows as JSON lines, as `kit.load_data` reads them."""
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows())

    def words(self) -> str:
        """Return how many were decided and how many of these otherwise than proposed."""
        made = self.standing().values()
        overridden = sum(not each.accepted for each in made)
        return _("{n} decided, {m} overridden").format(n=len(made), m=overridden)

    def _append(self, values: dict[str, Any], by: str) -> None:
        self._lines.append({"t": round(time.time(), 3), **values, "by": by})


def _standing(lines: Iterable[dict[str, Any]]) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for values in lines:
        alert = values.get("alert")
        if not isinstance(alert, str):
            continue
        found.pop(alert, None)
        if values.get("what") == "decide":
            decision, proposed, text, by = (
                str(values.get(name, "")) for name in ("decision", "proposed", "text", "by")
            )
            found[alert] = Decision(alert, decision, proposed, text, by, float(values.get("t", 0)))
    return found
