"""What a sweep comes to in a few words, which its result shows first."""

from __future__ import annotations

from collections.abc import Sequence

from kit.i18n import _
from kit.result import Result


def sweep_summary(parts: Sequence[Result]) -> str:
    """Return which methods were measured, with verdicts that are evidence, and which were not; "" without parts."""
    measured = [_named(part) for part in parts if part.status == "finished"]
    missing = [str(part.facts.get("method")) for part in parts if part.status != "finished"]
    said = [_("measured: {names}").format(names=", ".join(measured))] if measured else []
    said += [_("not measured: {names}").format(names=", ".join(missing))] if missing else []
    return "; ".join(said)


def _named(part: Result) -> str:
    words = {"reference": _("reference"), "worse": _("worse"), "better": _("better")}
    word = words.get(str((part.facts.get("verdict") or {}).get("kind")))
    return f"{part.facts.get('method')} ({word})" if word else str(part.facts.get("method"))
