"""Which of a row's choices is the right one: named by its position, its letter or its text."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

from kit.data.cell import Fault, absent, is_absent, number_of, texts_of
from kit.data.table import shown
from kit.i18n import _

_LETTERS = string.ascii_uppercase


def choices_of(cells: Mapping[str, Any], column: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the choices of a row and the mark of each, "A", "B", … unless the row brings its own.

    A row brings its own marks in the form that some public sets have: ``{"text": […], "label": ["1", "2", …]}``.
    """
    if is_absent(cells, column):
        raise Fault(absent(cells, column), _("Give the row its choices, or leave it out."), column)
    value = cells[column]
    own: tuple[str, ...] | None = None
    if isinstance(value, Mapping) and {"text", "label"} <= value.keys():
        own, value = texts_of(value["label"], column), value["text"]
    texts = texts_of(value, column)
    if texts is None:
        fix = _('Write a list of texts, such as ["red", "green"]; name such a column with choices=.')
        raise Fault(_("{value} is no list.").format(value=shown(value)), fix, column)
    if not 2 <= len(texts) <= len(_LETTERS):
        problem = _("it has {n} choices.").format(n=len(texts))
        raise Fault(problem, _("Give 2 to {most}.").format(most=len(_LETTERS)), column)
    return texts, own if own is not None and len(own) == len(texts) else tuple(_LETTERS[: len(texts)])


def right_choice(cells: Mapping[str, Any], column: str, choices: tuple[str, ...], marks: tuple[str, ...]) -> int:
    """Return the position of the right choice, from 0.

    A number is a position. A word is a choice's text, its mark, or a position written as text; one that is two of
    these at once, for different choices, is refused.
    """
    value = number_of(cells.get(column))
    if is_absent(cells, column) or (isinstance(value, str) and not value.strip()):
        problem = _("the right choice is missing.")
        raise Fault(problem, _("Give its position (from 0), its letter or its text, or leave the row out."), column)
    if isinstance(value, int) and not isinstance(value, bool):
        return _position(value, column, len(choices))
    if not isinstance(value, str):
        fix = _("Give its position (from 0), its letter or its text; name such a column with label=.")
        raise Fault(_("{value} names no choice.").format(value=shown(value)), fix, column)
    return _read(value.strip(), column, choices, marks)


def _position(value: int, column: str, count: int) -> int:
    if 0 <= value < count:
        return value
    problem = _("there is no choice {value}: positions go from 0 to {last}.").format(value=value, last=count - 1)
    raise Fault(problem, _("Count choices from 0, or give the letter or the text of the right one."), column)


def _read(word: str, column: str, choices: tuple[str, ...], marks: tuple[str, ...]) -> int:
    places = {place for place, choice in enumerate(choices) if choice == word}
    if word in marks:
        places.add(marks.index(word))
    elif word.isascii() and word.isdecimal() and int(word) < len(choices):
        places.add(int(word))
    if len(places) == 1:
        return places.pop()
    if not places:
        problem = _("{value} is none of the row's {n} choices.").format(value=shown(word), n=len(choices))
        raise Fault(problem, _("Give its position (from 0), its letter or its text."), column)
    problem = _("{value} can mean more than one of the row's choices.").format(value=shown(word))
    fix = _("Name the right one by its letter, A to {last}.").format(last=_LETTERS[len(choices) - 1])
    raise Fault(problem, fix, column)
