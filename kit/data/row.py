"""One checked row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kit.data.cell import Fault, absent, group_of, is_absent, label_of, text_of, texts_of, whole
from kit.data.choice import choices_of, right_choice
from kit.data.spec import DataSpec
from kit.data.synthetic import MARK, key_of, parent_of
from kit.data.table import shown
from kit.data.template import rendered
from kit.data.turns import Turn, conversation_of, transcript
from kit.errors import nearest
from kit.i18n import _

_SHOWN_LABELS = 12


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one row asks, and the right answer.

    Parameters
    ----------
    text : str
        The text to classify, the question, the turn to answer, or the text to continue; not blank.
    answer : str, default ""
        The label, the text of the right choice, or the first right answer; "" where text is continued.
    choices : tuple of str, default ()
        To choose from.
    right : int, default 0
        The position of the right one among `choices`.
    accepted : tuple of str, default ()
        All right answers, where one is to be written.
    context : str, default ""
        To be read before the question; of a conversation the earlier turns, as a person reads them.
    turns : tuple of Turn, default ()
        Of a conversation all turns before the answer: what a model is shown in place of `context` and `text`.
    unanswered : int, default 0
        Turns of the conversation after the answer, which are left out; not part of the row's value.
    columns : dict of str to str
        Groups that the row belongs to.
    parent : str or None, default None
        Of a row that a model wrote, the key of the row that it was made from; None of a real row.
    """

    text: str
    answer: str = ""
    choices: tuple[str, ...] = ()
    right: int = 0
    accepted: tuple[str, ...] = ()
    context: str = ""
    turns: tuple[Turn, ...] = ()
    unanswered: int = field(default=0, compare=False)
    columns: dict[str, str] = field(default_factory=dict)
    parent: str | None = None

    @property
    def key(self) -> str:
        """The name of the row by its content, which synthetic rows made from it bear."""
        return key_of(self.content())

    def content(self) -> list[Any]:
        """Return what is asked and answered, as plain values: two rows with the same content are the same question."""
        if self.turns:
            return [[list(turn) for turn in self.turns], self.answer]
        if self.choices or self.accepted or self.context:
            return [self.text, self.context, self.answer, list(self.choices), self.right, list(self.accepted)]
        return [self.text, self.answer] if self.answer else [self.text]


def row_of(cells: Mapping[str, Any], spec: DataSpec) -> Row:
    """Return the row that `cells` hold.

    Raises
    ------
    Fault
        A cell is missing, empty, of another kind, or not allowed.
    """
    row = _row_of(cells, spec)
    if cells.get(MARK) is None:
        return row
    return replace(row, parent=parent_of(cells, spec.wanted))


def _row_of(cells: Mapping[str, Any], spec: DataSpec) -> Row:
    if spec.task == "chat":
        return replace(_chat(cells, spec), columns=_groups(cells, spec))
    text = rendered(cells, spec.template) if spec.template else text_of(cells, spec.text)
    columns = _groups(cells, spec)
    context = _context(cells, spec.context) if spec.context else ""
    if spec.task == "choose":
        choices, marks = choices_of(cells, spec.choices)
        right = right_choice(cells, spec.label, choices, marks)
        return Row(text=text, answer=choices[right], choices=choices, right=right, context=context, columns=columns)
    if spec.task == "answer":
        accepted = _accepted(cells, spec.label)
        return Row(text=text, answer=accepted[0], accepted=accepted, context=context, columns=columns)
    if spec.task == "continue":
        return Row(text=text, columns=columns)
    label = label_of(cells, spec.label)
    _check_allowed(label, spec)
    return Row(text=text, answer=label, context=context, columns=columns)


def _chat(cells: Mapping[str, Any], spec: DataSpec) -> Row:
    system = _context(cells, spec.context) if spec.context else ""
    turns, answer, unanswered = conversation_of(cells, spec.text, system=system)
    return Row(
        text=turns[-1].content,
        answer=answer,
        accepted=(answer,),
        context=transcript(turns[:-1]),
        turns=turns,
        unanswered=unanswered,
    )


def _groups(cells: Mapping[str, Any], spec: DataSpec) -> dict[str, str]:
    return {column: group_of(cells, column) for column in spec.columns}


def _context(cells: Mapping[str, Any], column: str) -> str:
    value = cells.get(column)
    if is_absent(cells, column) or (isinstance(value, str) and not value.strip()):
        return ""
    return text_of(cells, column)


def _accepted(cells: Mapping[str, Any], column: str) -> tuple[str, ...]:
    fix = _("Give the right answer as text, or a list of all that are right, or leave the row out.")
    if is_absent(cells, column):
        raise Fault(absent(cells, column), fix, column)
    value = cells[column]
    if isinstance(value, Mapping) and "text" in value:  # with "answer_start" beside it, where passages are asked about
        value = value["text"]
    found = None if isinstance(value, str) else texts_of(value, column)  # an answer may well begin with a bracket
    if found is not None:
        if not found:
            raise Fault(_("the list of right answers is empty."), fix, column)
        return tuple(dict.fromkeys(found))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Fault(_("{value} is no answer.").format(value=shown(value)), fix, column)
    if not str(value).strip():
        raise Fault(_("the right answer is empty ({value}).").format(value=shown(value)), fix, column)
    return (whole(str(value).strip(), column),)


def _check_allowed(label: str, spec: DataSpec) -> None:
    allowed = spec.labels
    if not allowed or label in allowed:
        return
    near = nearest(label, allowed)
    names = ", ".join(allowed[:_SHOWN_LABELS]) + (", …" if len(allowed) > _SHOWN_LABELS else "")
    problem = _("the label {value!r} is not one of {names}.").format(value=label, names=names)
    fix = _("Did you mean {near!r}?").format(near=near) if near else ""
    raise Fault(problem, f"{fix} {_('Correct the label, or add it to labels=.')}".strip(), spec.label)
