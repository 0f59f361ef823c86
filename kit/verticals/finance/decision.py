"""What people decided on alerts, kept for good: one line of JSON for each deed, only ever appended.

A decision that is taken back is a further line, so nothing that somebody did is lost. Several processes may write at
once (an app has a kernel for each visitor); a line that a crash cut short spoils no other.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import _

try:
    import fcntl
except ImportError:  # Windows: appending is one call, which is as much as there is
    fcntl = None  # type: ignore[assignment]


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
        self._read: tuple[tuple[int, int], dict[str, Decision]] = ((0, 0), {})

    @property
    def changed(self) -> tuple[int, int]:
        """What is another whenever something was written: time and size of the file."""
        try:
            about = os.stat(self.path)
        except OSError:
            return 0, 0
        return about.st_mtime_ns, about.st_size

    def standing(self) -> dict[str, Decision]:
        """Return the decisions that stand, by alert, in the order in which they were made: the last one counts."""
        changed = self.changed
        if changed != self._read[0]:
            self._read = (changed, _standing(_lines(self.path)))
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
        line = json.dumps({"t": round(time.time(), 3), **values, "by": by}, ensure_ascii=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                if fcntl is not None:
                    fcntl.flock(handle, fcntl.LOCK_EX)
                end = os.lseek(handle, 0, os.SEEK_END)
                whole = end == 0 or os.pread(handle, 1, end - 1) == b"\n"
                os.write(handle, f"{'' if whole else chr(10)}{line}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as exc:
            problem = _("The decision could not be kept in {path}: {reason}.")
            raise KitError(
                problem.format(path=self.path, reason=exc.strerror or exc),
                fix=_("Make room or make the folder writable, then decide again."),
            ) from exc


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.split("\n"):
        try:
            values = json.loads(line)
        except ValueError:  # cut short by a crash
            continue
        if isinstance(values, dict) and isinstance(values.get("alert"), str):
            yield values


def _standing(lines: Iterable[dict[str, Any]]) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for values in lines:
        alert = values["alert"]
        found.pop(alert, None)
        if values.get("what") == "decide":
            decision, proposed, text, by = (
                str(values.get(name, "")) for name in ("decision", "proposed", "text", "by")
            )
            found[alert] = Decision(alert, decision, proposed, text, by, float(values.get("t", 0)))
    return found
