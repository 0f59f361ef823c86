"""Which columns of a file are likely the text, the right answer and the choices, by their names and kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit.data.spec import TASKS, DataSpec

CLASSES = ("classify",)  # the tasks whose right answers are few
FEW = 50  # different values at most, for a column to be labels

_TEXTS = ("text", "sentence", "note", "message", "content", "body", "review", "document", "question", "prompt", "title")
_QUESTIONS = ("question", "query", "prompt", "instruction", "text")
_LABELS = ("label", "labels", "class", "category", "target", "intent", "sentiment", "decision", "disposition", "answer")
_ANSWERS = ("answer", "answers", "answerkey", "answer_key", "gold", "label", "target", "output", "response")
_CHOICES = ("choices", "options", "endings", "candidates")
_LABEL_KINDS = ("words", "number", "truth")
_TEXT_KINDS = ("text", "words", "features")

Columns = Sequence[Mapping[str, Any]]


def proposed(columns: Columns, task: str, *, text: str = "", label: str = "") -> dict[str, str]:
    """Return which columns are taken for what the task needs, by role: those that were named, else by name and kind.

    Parameters
    ----------
    columns : sequence of dict
        Each with "name", "kind", "distinct" and "length", as `kit.data.look` describes them.
    task : str
        One of `TASKS`.
    text, label : str, default ""
        Columns that somebody has named.

    Returns
    -------
    dict of str to str
        "" where no column fits.
    """
    if task == "choose":
        choices = _named([c for c in columns if c["kind"] in ("list", "other")], _CHOICES)
        fit = [c for c in columns if c["name"] not in (text, choices) and c["kind"] in (*_LABEL_KINDS, "text")]
        label = label or _named(fit, _ANSWERS)
        return {"text": text or _question(columns, (label, choices)), "label": label, "choices": choices}
    if task == "answer":
        fit = [c for c in columns if c["name"] != text and c["kind"] not in ("truth", "features")]
        label = label or _named(fit, _ANSWERS)
        return {"text": text or _question(columns, (label,)), "label": label}
    if task == "continue":
        return {"text": text or _longest(columns, ())}
    return _classes(columns, text, label)


def tasks_for(columns: Columns) -> list[dict[str, str]]:
    """Return each task that the columns would serve, with the columns by their roles."""
    found = [{"task": task, **proposed(columns, task)} for task in TASKS]
    return [reading for reading in found if all(reading.values())]


def reading_of(task: str, names: Mapping[str, str]) -> DataSpec:
    """Return the spec that reads the columns `names` for a task."""
    values: dict[str, Any] = dict(names)
    return DataSpec(source="?", task=task, **values)


def _classes(columns: Columns, text: str, label: str) -> dict[str, str]:
    if not label:
        fit = [c for c in columns if c["name"] != text and c["kind"] in _LABEL_KINDS and 2 <= c["distinct"] <= FEW]
        label = _named(fit, _LABELS) or next((c["name"] for c in reversed(fit) if c["kind"] == "words"), "")
        label = label or (fit[-1]["name"] if fit else "")
    return {"text": text or _longest(columns, (label,)), "label": label}


def _question(columns: Columns, taken: Sequence[str]) -> str:
    fit = [c for c in columns if c["name"] not in taken and c["kind"] in _TEXT_KINDS]
    return _named(fit, _QUESTIONS)


def _longest(columns: Columns, taken: Sequence[str]) -> str:
    fit = [c for c in columns if c["name"] not in taken and c["kind"] in _TEXT_KINDS]
    longest = max(fit, key=lambda c: (c["kind"] != "words", c["length"]), default=None)
    return _named(fit, _TEXTS) or (str(longest["name"]) if longest else "")


def _named(columns: Columns, names: Sequence[str]) -> str:
    by_name = {str(column["name"]).strip().casefold(): str(column["name"]) for column in columns}
    return next((by_name[name] for name in names if name in by_name), "")
