"""How good the answers are, whatever the task is."""

from __future__ import annotations

from collections.abc import Callable

from kit.i18n import _
from kit.measure.passes.answering import answering
from kit.measure.passes.choosing import choosing, classifying
from kit.measure.passes.evaluation import Evaluation

_BY_TASK: dict[str, Callable[[Evaluation], dict[str, float]]] = {
    "classify": classifying,
    "choose": choosing,
    "answer": answering,
    "chat": answering,
}


def quality(evaluation: Evaluation) -> dict[str, float]:
    """Ask every row and return how good the answers are; plain text has none, and a fact says so."""
    measured = _BY_TASK.get(evaluation.data.task)
    if measured is None:
        evaluation.not_measured("accuracy", _("plain text has no right answers; its perplexity is measured"))
        return {}
    return measured(evaluation)
