"""What was measured last of the model in a notebook: found among the runs that its panels started."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.apps.notebooks.rerun import result_values
from kit.i18n import _
from kit.jobs import Listing, Run, Summary
from kit.plots.words import half_width, share

_KINDS = ("evaluate", "sweep", "auto")
_LOCK = threading.Lock()
_everyone = Listing()


@dataclass(frozen=True)
class Measured:
    """One model, held one way, measured on test rows.

    Parameters
    ----------
    model, method : str
        What was measured.
    acc, stderr : float
        Share of right answers, and its standard error.
    rows : int
        How many were asked; 0 where that is not told.
    when : float
        Unix time.
    among : int
        How many variants were measured; it is the one with the most right answers.
    """

    model: str
    method: str
    acc: float
    stderr: float
    rows: int
    when: float
    among: int = 1

    def words(self) -> str:
        """Return accuracy with the 95 % interval, and on how many rows."""
        said = f"{share(self.acc)} {half_width(self.stderr)}"
        return _("{acc} on {n} rows").format(acc=said, n=f"{self.rows:,}") if self.rows else said


def last_measured(notebook: Path, names: Iterable[str] = (), run: str = "") -> Measured | None:
    """Return the newest measurement that belongs to `notebook`, or None where there is none.

    Parameters
    ----------
    names : iterable of str
        Of its panels: their runs are its own. So are those that were started from the notebook itself.
    run : str, default ""
        The id of the one run that counts.
    """
    known = frozenset(names)
    with _LOCK:
        _everyone.look()
        finished = [(each, _everyone.run(each.id)) for each in _everyone.pick(state="finished", kind=_KINDS)]
    for each, found in finished:
        mine = each.id == run if run else (each.origin in known or _started_in(found, notebook))
        told = _best(found, each) if mine else None
        if told is not None:
            return told
    return None


def _started_in(run: Run, notebook: Path) -> bool:
    try:
        place = str(run.about.get("notebook") or "")
        return bool(place) and os.path.samefile(place, notebook)
    except (OSError, ValueError, TypeError):
        return False


def _best(run: Run, summary: Summary) -> Measured | None:
    values = result_values(run)
    parts = values.get("parts") or [values]
    able = [part for part in parts if isinstance(part, dict) and _number(part, "acc") is not None]
    if not able:
        return None
    best = max(able, key=lambda part: _number(part, "acc") or 0.0)
    variant = (best.get("spec") or {}).get("variant") or {}
    facts = best.get("facts") or {}
    return Measured(
        model=_name(str(variant.get("model") or summary.model), run.folder.parent),
        method=str(variant.get("method") or facts.get("method") or ""),
        acc=_number(best, "acc") or 0.0,
        stderr=_number(best, "acc_stderr") or 0.0,
        rows=int(facts.get("rows") or 0),
        when=summary.ended or summary.created,
        among=len(able),
    )


def _number(part: dict[str, Any], name: str) -> float | None:
    value = (part.get("metrics") or {}).get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _name(model: str, runs: Path) -> str:
    """Return what people call a model: a name, or what a run made of one."""
    if not model.startswith("run:"):
        return model.replace("\\", "/").rstrip("/").rpartition("/")[2]
    try:
        base = json.loads((runs / model.removeprefix("run:") / "spec.json").read_text(encoding="utf-8"))["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return _("a tuned model")
    return _("{model}, tuned").format(model=_name(str(base), runs)) if base != model else _("a tuned model")
