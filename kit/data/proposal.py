"""Which columns are likely the text, the right answer, the choices…, by their names and contents, and why.

Each role of a task gets the column that fits best, how sure that is (0 to 1), and the reason in words that a person can
check: "label: 3 different words in 2,400 rows". Nothing is used unless somebody takes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kit.data import names
from kit.data.column import FEW
from kit.data.reason import holds, why
from kit.data.spec import TASKS, DataSpec
from kit.data.template import default_template
from kit.i18n import _

CLASSES = ("classify",)  # the tasks whose right answers are few
SURE, LIKELY, GUESS = 0.95, 0.75, 0.5
_LABEL_KINDS = ("words", "number", "truth")
_TEXT_KINDS = ("text", "words", "features")
_LONG = 40.0  # characters on average, from which a column is read rather than looked up
_TABLE = 3  # short columns beside the label, from which rows are a table

Columns = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Taken:
    """A column for one role, how sure that is (0 to 1), and why."""

    column: str
    confidence: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Proposal:
    """How rows could be read for a task.

    Parameters
    ----------
    task : str
        One of `TASKS`.
    roles : dict of str to Taken
        Columns by the parameter that names them; "" is the column where none fits.
    template : str, default ""
        Of a table: what makes the text of several columns; there is no role "text" then.
    """

    task: str
    roles: dict[str, Taken] = field(default_factory=dict)
    template: str = ""

    @property
    def complete(self) -> bool:
        """Is there a column for every role?"""
        return all(taken.column for taken in self.roles.values())

    @property
    def confidence(self) -> float:
        """How sure the least sure of its columns is; plain text is always possible, and so the last guess."""
        least = min((taken.confidence for taken in self.roles.values()), default=GUESS)
        return least * {"chat": 1.0, "choose": 0.99, "answer": 0.97, "classify": 0.98, "continue": 0.5}[self.task]

    def names(self) -> dict[str, str]:
        """Return the columns by role."""
        return {role: taken.column for role, taken in self.roles.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: task, columns by role with confidence and reason, template, confidence, reason."""
        roles = {role: {**vars(taken), "confidence": round(taken.confidence, 2)} for role, taken in self.roles.items()}
        told = [f"{role}: {taken.reason}" for role, taken in self.roles.items()]
        return {
            "task": self.task,
            "roles": roles,
            "template": self.template,
            "confidence": round(self.confidence, 2),
            "reason": "; ".join(told),
        }


def proposals(columns: Columns, *, text: str = "", label: str = "") -> list[Proposal]:
    """Return every way in which the columns would serve a task, the likeliest first.

    Parameters
    ----------
    columns : sequence of dict
        As `kit.data.column.Column.described` returns them.
    text, label : str, default ""
        Columns that somebody has named.
    """
    found = [proposal(columns, task, text=text, label=label) for task in TASKS]
    table = None if text else _table(columns, label)
    found += [] if table is None else [table]
    return sorted((each for each in found if each.complete), key=lambda each: -each.confidence)


def proposal(columns: Columns, task: str, *, text: str = "", label: str = "") -> Proposal:
    """Return which columns are taken for `task`; those that somebody has named stay as they are."""
    if task == "chat":
        return Proposal(task, _conversation(columns, text))
    if task == "choose":
        return Proposal(task, _choice(columns, text, label))
    if task == "answer":
        return Proposal(task, _answer(columns, text, label))
    if task == "continue":
        return Proposal(task, {"text": _named_by_user(columns, text) or _reading(columns, ())})
    return Proposal(task, _classes(columns, text, label))


def proposed(columns: Columns, task: str, *, text: str = "", label: str = "") -> dict[str, str]:
    """Return the columns of `proposal` by role, "" where none fits; what a task does not need is left out."""
    return proposal(columns, task, text=text, label=label).names()


def tasks_for(columns: Columns) -> list[dict[str, str]]:
    """Return each task that the columns would serve, with the columns by their roles."""
    found = [{"task": task, **proposed(columns, task)} for task in TASKS]
    return [reading for reading in found if all(reading.values())]


def reading_of(task: str, names: Mapping[str, str]) -> DataSpec:
    """Return the spec that reads the columns `names` for a task."""
    values: dict[str, Any] = dict(names)
    return DataSpec(source="?", task=task, **values)


def _conversation(columns: Columns, text: str) -> dict[str, Taken]:
    fit = [c for c in columns if c["kind"] == "turns"]
    turns = _named_by_user(columns, text) or _best(fit, names.CONVERSATIONS, only=len(fit) == 1)
    return {"text": turns, **_also([c for c in columns if c["kind"] in _TEXT_KINDS], "context", names.SYSTEMS)}


def _choice(columns: Columns, text: str, label: str) -> dict[str, Taken]:
    lists = [c for c in columns if c["kind"] == "list" and c["choices"] > 1 and c["name"] not in (text, label)]
    choices = _best(lists, names.CHOICES, only=len(lists) == 1)
    taken = (choices.column, text)
    right = _named_by_user(columns, label) or _called(
        [c for c in columns if c["name"] not in taken and c["kind"] in (*_LABEL_KINDS, "text")], names.ANSWERS
    )
    question = _named_by_user(columns, text) or _question(columns, (*taken, right.column))
    return {"text": question, "label": right, "choices": choices}


def _answer(columns: Columns, text: str, label: str) -> dict[str, Taken]:
    fit = [c for c in columns if c["name"] != text and c["kind"] not in ("truth", "turns")]
    right = _named_by_user(columns, label) or _called(fit, names.ANSWERS)
    if not label and any(c["name"] == right.column and _are_few(c) for c in columns):
        right = replace(right, confidence=GUESS)  # rather labels
    question = _named_by_user(columns, text) or _question(columns, (right.column,))
    rest = [c for c in columns if c["name"] not in (right.column, question.column) and c["kind"] in _TEXT_KINDS]
    # "input" is what an instruction is about; beside a question, or with no instruction, it is the question itself.
    contexts = tuple(name for name in names.CONTEXTS if "instruct" in question.column.casefold() or name != "input")
    return {"text": question, "label": right, **_also(rest, "context", contexts)}


def _classes(columns: Columns, text: str, label: str) -> dict[str, Taken]:
    right = _named_by_user(columns, label) or _label(columns, text)
    return {"text": _named_by_user(columns, text) or _reading(columns, (right.column,)), "label": right}


def _label(columns: Columns, text: str, *, table: bool = False) -> Taken:
    """Return the column of labels: by its name, else the last of words, or in a table the last of all."""
    fit = [
        c
        for c in columns
        if c["name"] != text
        and c["kind"] in _LABEL_KINDS
        and 2 <= c["distinct"] <= FEW
        and not names.is_number_of_row(str(c["name"]))
    ]
    called = names.named((str(c["name"]) for c in fit), names.LABELS)
    if called:
        return _taken(fit, called, SURE, called=True)
    words = [c for c in fit if c["kind"] == "words"]
    last = fit[-1:] if table and fit and fit[-1] is columns[-1] else (words or fit)[-1:]
    return _taken(fit, str(last[0]["name"]), LIKELY if words and len(fit) == 1 else GUESS) if last else Taken("")


def _question(columns: Columns, taken: Sequence[str]) -> Taken:
    fit = [c for c in columns if c["name"] not in taken and c["kind"] in _TEXT_KINDS]
    return _called(fit, names.QUESTIONS)


def _reading(columns: Columns, taken: Sequence[str]) -> Taken:
    fit = [c for c in columns if c["name"] not in taken and c["kind"] in _TEXT_KINDS]
    called = names.named((str(c["name"]) for c in fit), names.TEXTS)
    if called:
        return _taken(fit, called, SURE, called=True)
    fit = [c for c in fit if not names.is_number_of_row(str(c["name"]))] or fit
    longest = max(fit, key=lambda c: (c["kind"] != "words", c["length"]), default=None)
    if longest is None:
        return Taken("")
    sure = LIKELY if longest["length"] >= _LONG or len(fit) == 1 else GUESS
    what = holds(longest)
    reason = what if longest["kind"] == "features" else _("the longest texts: {what}").format(what=what)
    return Taken(str(longest["name"]), sure, reason)


def _table(columns: Columns, label: str) -> Proposal | None:
    """Return how rows of many short columns would be classified, or None where they are no table."""
    right = _named_by_user(columns, label) or _label(columns, "", table=True)
    short = [
        c
        for c in columns
        if c["name"] != right.column
        and c["kind"] in (*_LABEL_KINDS, "text")
        and c["length"] < _LONG
        and not names.is_number_of_row(str(c["name"]))
        and c["rows"]
    ]
    long = [c for c in columns if c["kind"] == "text" and c["length"] >= _LONG]
    if not right.column or long or len(short) < _TABLE:
        return None
    return Proposal("classify", {"label": right}, default_template([str(c["name"]) for c in short]))


def _are_few(column: Mapping[str, Any]) -> bool:
    return column["kind"] in _LABEL_KINDS and column["distinct"] <= FEW and column["rows"] > 2 * column["distinct"]


def _best(fit: Columns, usual: tuple[str, ...], *, only: bool) -> Taken:
    """Return the column that is called like one of `usual`, else the only one that could be meant."""
    called = _called(fit, usual)
    if called.column or not fit:
        return called
    return _taken(fit, str(fit[0]["name"]), LIKELY if only else GUESS)


def _called(fit: Columns, usual: tuple[str, ...]) -> Taken:
    found = names.named((str(c["name"]) for c in fit), usual)
    return _taken(fit, found, SURE, called=True) if found else Taken("")


def _also(fit: Columns, role: str, usual: tuple[str, ...]) -> dict[str, Taken]:
    """Return a role that need not be there, where a column is called like it."""
    taken = _called(fit, usual)
    return {role: taken} if taken.column else {}


def _named_by_user(columns: Columns, name: str) -> Taken | None:
    return Taken(name, 1.0, _("named by hand")) if name else None


def _taken(fit: Columns, name: str, confidence: float, *, called: bool = False) -> Taken:
    about = next(c for c in fit if c["name"] == name)
    return Taken(name, confidence, why(about, called=called))
