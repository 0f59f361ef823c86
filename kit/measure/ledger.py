"""What an evaluation has finished, line by line, so that a resumed one does none of it again.

The first line tells what the others hold for: data, model, hardware, version. Each of the others is a finished piece,
scored rows or a whole pass, with numbers in full precision. A line that was cut off in the middle is left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kit.engines import Score
from kit.i18n import N_, _
from kit.measure.checkpoint import Checkpoint
from kit.report import Report

_FILE = "ledger.jsonl"
_CHANGED = {
    "data_hash": N_("the data has changed since"),
    "rows": N_("the data has changed since"),
    "instruction": N_("the instruction has changed since"),
    "model": N_("the model has changed since"),
    "hardware": N_("it was measured on another machine"),
}


class Ledger:
    """The finished pieces of one evaluation.

    Parameters
    ----------
    key : str
        Of the spec.
    holds_for : dict
        Plain values that must be the same for a piece to be used again.
    report : Report
        In whose folder the ledger lies; told when one does not fit, which is then put aside.
    """

    def __init__(self, key: str, holds_for: dict[str, Any], report: Report) -> None:
        self._checkpoint = Checkpoint(key, report)
        self._header = {"ledger": 1, **holds_for}
        self._rows: dict[str, dict[int, list[Score]]] = {}
        self._passes: dict[str, dict[str, Any]] = {}
        self._headed = self._read()

    def rows(self, name: str) -> dict[int, list[Score]]:
        """Return the scores of each row that the pass `name` has done."""
        return dict(self._rows.get(name, {}))

    def add_rows(self, name: str, rows: Sequence[int], scores: Sequence[Sequence[Score]]) -> None:
        """Keep the scores of some rows of the pass `name`."""
        plain = [[[score.logprob, score.tokens] for score in row] for row in scores]
        self._add({"rows_of": name, "rows": list(rows), "scores": plain})

    def values(self, name: str) -> dict[str, Any] | None:
        """Return what the pass `name` found as a whole, or None."""
        return self._passes.get(name)

    def add_values(self, name: str, values: dict[str, Any]) -> None:
        """Keep what the pass `name` found as a whole."""
        self._add({"pass": name, "values": values})

    def _add(self, piece: dict[str, Any]) -> None:
        self._take(piece)
        lines = [json.dumps(piece)] if self._headed else [json.dumps(self._header), json.dumps(piece)]
        self._headed = self._checkpoint.append(_FILE, "\n".join(lines)) or self._headed

    def _read(self) -> bool:
        """Take in what an earlier attempt left; say whether it was any use."""
        try:
            lines = self._checkpoint.path(_FILE).read_bytes().split(b"\n")
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as exc:
            self._checkpoint.put_aside(_FILE, _("it cannot be read ({reason})").format(reason=exc.strerror))
            return False
        found = [piece for piece in map(_parsed, lines) if piece is not None]
        why = self._misfit(found[0]) if found else _("it is damaged")
        if why:
            self._checkpoint.put_aside(_FILE, why)
            return False
        for piece in found[1:]:
            self._take(piece)
        return True

    def _misfit(self, header: dict[str, Any]) -> str:
        if "ledger" not in header:
            return _("it is damaged")
        different = [name for name, value in self._header.items() if header.get(name) != value]
        if not different:
            return ""
        words = next((_CHANGED[name] for name in different if name in _CHANGED), None)
        return _(words) if words else _("another version of Tunebook measured it")

    def _take(self, piece: dict[str, Any]) -> None:
        try:
            if "rows_of" in piece:
                scores = [[Score(float(x), int(n)) for x, n in row] for row in piece["scores"]]
                pairs = list(zip(piece["rows"], scores, strict=True))
                self._rows.setdefault(str(piece["rows_of"]), {}).update(pairs)
            elif isinstance(piece.get("values"), dict):
                self._passes[str(piece["pass"])] = piece["values"]
        except (KeyError, TypeError, ValueError):  # a line that somebody has changed: its rows are scored again
            return


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        piece = json.loads(line)
    except ValueError:
        return None
    return piece if isinstance(piece, dict) else None
