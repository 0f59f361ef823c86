"""What the axes of figures are called."""

from __future__ import annotations

from collections.abc import Sequence

from kit.i18n import _
from kit.plots.metrics import has_interval, metric
from kit.result import Result


def quality_title(rows: Sequence[Result], name: str) -> str:
    """Return what an axis of quality is called, with what its lines show and, where less is better, that."""
    words = [metric(name).title]
    if not metric(name).more:
        words.append(_("lower is better"))
    if has_interval(rows, name) or not rows:
        words.append(_("95% interval"))
    return ", ".join(words)


def cost_title(name: str | None) -> str:
    """Return what an axis of cost is called; one that is not known is one of latency."""
    return _("latency") if name is None else metric(name).title


def capital(text: str) -> str:
    """Return `text` as the beginning of a sentence."""
    return text[:1].upper() + text[1:]
