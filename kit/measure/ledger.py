"""What an evaluation has finished, line by line, so that a resumed one does none of it again.

The first line tells what the others hold for: data, model, hardware, version. Each of the others is a finished piece,
scored rows or a whole pass, with numbers in full precision. A line that was cut off in the middle is left out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from kit.engines import Score
from kit.i18n import _
from kit.measure.checkpoint import Checkpoint, misfit

_FILE = "ledger.jsonl"


class Ledger:
    """The finished pieces of one evaluation.

    Parameters
    ----------
    checkpoint : Checkpoint
        Where it is kept; a ledger that does not fit is put aside there.
    holds_for : dict
        Plain values that must be the same for a piece to be used again.
    """

    def __init__(self, checkpoint: Checkpoint, holds_for: dict[str, Any]) -> None:
        self._checkpoint = checkpoint
        self._header = {"ledger": 1, **holds_for}
        self._rows: dict[str, dict[int, list[Score]]] = {}
        self._passes: dict[str, dict[str, Any]] = {}
        self._headed = self._read()

    def rows(self, name: str) -> dict[int, list[Score]]:
        """Return the scores of each row that the pass `name` has done."""
        return dict(self._rows.get(name, {}))

    def add_rows(self, name: str, rows: Sequence[int], scores: Sequence[Sequence[Score]]) -> None:
        """Keep the scores of some rows of the pass `name`."""
        plain = [[[score.logprob, score.tokens, int(score.greedy)] for score in row] for row in scores]
        self._add({"rows_of": name, "rows": list(rows), "scores": plain})

    def names(self, beginning: str) -> list[str]:
        """Return what is kept by names that begin like this: rows and passes."""
        return [name for name in (*self._rows, *self._passes) if name.startswith(beginning)]

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
        why = misfit(found[0], self._header) if found else _("it is damaged")
        if why:
            self._checkpoint.put_aside(_FILE, why)
            return False
        for piece in found[1:]:
            self._take(piece)
        return True

    def _take(self, piece: dict[str, Any]) -> None:
        try:
            if "rows_of" in piece:
                scores = [[Score(float(x), int(n), bool(greedy)) for x, n, greedy in row] for row in piece["scores"]]
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
