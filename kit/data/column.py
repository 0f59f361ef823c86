"""What one column of unknown data holds, learnt value by value: few numbers are kept, however many rows there are."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from kit.data.table import shown
from kit.data.turns import WHAT, WHO, key_of, listed

FEW = 50  # different values at most, for a column to be labels
CHARACTERS = 240  # of a value that is shown
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")
_EXAMPLES, _LOOKED_AT = 3, 200
_MOST_DISTINCT = 1_000_000  # of which nothing but a number of eight bytes is kept


class Column:
    """Counts what a column holds.

    Parameters
    ----------
    name : str
        Of the column.
    before : int, default 0
        Rows that came before the first one that has it.
    """

    def __init__(self, name: str, before: int = 0) -> None:
        self.name = name
        self._empty = before
        self._held = self._texts = self._characters = 0
        self._kinds: Counter[str] = Counter()
        self._distinct: set[int] = set()
        self._examples: dict[str, Any] = {}
        self._lengths: Counter[int] = Counter()

    def add(self, value: Any) -> None:
        """Take in the value of the next row."""
        if isinstance(value, str):
            if not value or value.isspace():
                self._empty += 1
                return
            key, length = value, len(value)
            kind = "text" if value[0].isalpha() else _kind_of_text(value)
            self._texts += 1
        elif value is None or (isinstance(value, float) and math.isnan(value)):
            self._empty += 1
            return
        else:
            key, length, kind = repr(value), 0, _kind(value)
            if kind == "features":
                self._texts += 1
                length = sum(len(f"{name}: {held}; ") for name, held in value.items())
        self._held += 1
        self._characters += length
        self._kinds[kind] += 1
        if len(self._distinct) < _MOST_DISTINCT:
            self._distinct.add(hash(key))
        if len(self._examples) < _EXAMPLES and self._held <= _LOOKED_AT:
            self._examples.setdefault(key, value)
        if kind == "list":
            self._lengths[_length(value)] += 1

    @property
    def kind(self) -> str:
        """What it holds: number, truth, words (few), text, list, turns, features or other."""
        kinds = set(self._kinds)
        if not kinds:
            return "other"
        if len(kinds) == 1:
            (only,) = kinds
            if only != "text":
                return only
        if kinds <= {"number", "truth", "text"}:
            few = min(FEW, max(self._held // 2, 2))
            return "words" if len(self._distinct) <= few else "text" if "text" in kinds else "number"
        written = self._texts == self._held and "features" not in kinds
        return "text" if written and kinds <= {"text", "number", "list", "turns"} else "other"

    def described(self) -> dict[str, Any]:
        """Return it as plain values: name, kind, rows that have a value, distinct, empty, examples, length, choices."""
        return {
            "name": self.name,
            "kind": self.kind,
            "rows": self._held,
            "distinct": len(self._distinct),
            "empty": self._empty,
            "examples": [cut(value) for value in self._examples.values()],
            "length": self._characters / max(self._texts, 1),
            "choices": self._lengths.most_common(1)[0][0] if self._lengths else 0,
        }


def cut(value: Any) -> str:
    """Return a value to be shown: not longer than a person reads."""
    text = value if isinstance(value, str) else shown(value, CHARACTERS)
    return text if len(text) <= CHARACTERS else text[:CHARACTERS] + "…"


def _kind_of_text(value: str) -> str:
    stripped = value.strip()
    if _NUMBER.fullmatch(stripped):
        return "number"
    return _written(stripped) if stripped[:1] == "[" else "text"


def _kind(value: Any) -> str:
    """Return the kind of what is no text."""
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return "turns" if _are_turns(value) else "list"
    if not isinstance(value, Mapping):
        return "other"
    turns = listed(value)
    if turns:
        return "turns" if _are_turns(turns) else "features"
    return "list" if isinstance(value.get("text"), list) else "features"


def _written(value: str) -> str:
    """Return the kind of a list that is written as JSON, as CSV files need."""
    try:
        held = json.loads(value)
    except (ValueError, RecursionError):
        return "text"
    return "turns" if _are_turns(held) else "list"


def _are_turns(items: Any) -> bool:
    first = items[0] if items else None
    return isinstance(first, Mapping) and bool(key_of(first, WHO)) and bool(key_of(first, WHAT))


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(json.loads(value))
    return len(value["text"] if isinstance(value, Mapping) else value)
