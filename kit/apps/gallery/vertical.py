"""What the notebook of a vertical has measured, as cards and foot lines tell it: read from its outcome."""

from __future__ import annotations

from typing import Any

from kit.i18n import _
from kit.verticals.outcome import newest_outcome
from kit.verticals.steps.wording import metric_name


def vertical_told(vertical: str) -> dict[str, str] | None:
    """Return model, accuracy, date and metric ("" for accuracy) of what was measured last, or None.

    Parameters
    ----------
    vertical : str
        "finance", "medical" or "manufacturing", as the metadata of a notebook names it.
    """
    found = newest_outcome(vertical)
    reached = None if found is None else found["tuned"]
    if found is None or not isinstance(reached, dict):
        return None
    try:
        words = f"{reached['value']:.2f} ({reached['low']:.2f} – {reached['high']:.2f})"
        metric = str(found["metric"] or "acc")
        return {
            "model": _model(found.values),
            "accuracy": _on_rows(words, found.values),
            "date": str(found["date"] or ""),
            "metric": "" if metric == "acc" else metric_name(metric),
        }
    except (KeyError, TypeError, ValueError):  # written by another version
        return None


def _model(held: dict[str, Any]) -> str:
    name = _("{model}, tuned").format(model=held.get("model"))
    return f"{name} · {held['method']}" if held.get("method") else name


def _on_rows(words: str, held: dict[str, Any]) -> str:
    rows = int((held.get("rows") or {}).get("test") or 0)
    told = _("{acc} on {n} rows").format(acc=words, n=f"{rows:,}") if rows else words
    return f"{told} " + _("(a quick look)") if held.get("quick") else told
