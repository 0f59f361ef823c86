"""Rows that are tables written out, "name: value; name: value", back as features."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kit.data import Dataset

Value = float | str
_BEHIND = re.compile(
    r"^(?P<name>\D*?\D)\s+(?P<value>[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(?P<unit>[^\d\s]\S*)?$"
)
_NUMBER = re.compile(r"^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?=$|\s|%)")
_FEWEST, _SHARE = 3, 0.9  # features of a row, and the rows that must have so many, for rows to be a table


def features_of(text: str) -> dict[str, Value]:
    """Return the features that a text writes out, numbers as numbers; {} where it writes out none.

    >>> features_of("age: 51; job: skilled; mean radius 14.1")
    {'age': 51.0, 'job': 'skilled', 'mean radius': 14.1}
    """
    found: dict[str, Value] = {}
    for piece in re.split(r"[;\n]", text):
        name, colon, value = piece.strip().rstrip(".").partition(": ")
        if colon and name and len(name) <= 60:
            found[name] = _value(value.strip())
        elif match := _BEHIND.match(piece.strip().rstrip(".")):
            found[match["name"].strip()] = float(match["value"].replace(",", ""))
    return found


def table_of(data: Dataset) -> list[dict[str, Value]]:
    """Return the features of every row."""
    return [features_of(row.text) for row in data.items]


def is_table(rows: Sequence[dict[str, Value]]) -> bool:
    """Do nearly all rows write out some features, and mostly the same ones?"""
    counts = Counter(name for row in rows for name in row)
    usual = {name for name, count in counts.items() if count >= len(rows) / 2}
    return sum(len(usual & set(row)) >= _FEWEST for row in rows) >= _SHARE * len(rows)


def columns_of(rows: Sequence[dict[str, Value]]) -> tuple[list[str], list[str]]:
    """Return the names of the features that are numbers, and of those that are words, of the rows to learn from."""
    kinds: dict[str, list[bool]] = {}
    for row in rows:
        for name, value in row.items():
            kinds.setdefault(name, []).append(isinstance(value, float))
    numbers = [name for name, are in kinds.items() if sum(are) >= len(are) / 2]
    return numbers, [name for name in kinds if name not in numbers]


def _value(text: str) -> Value:
    found = _NUMBER.match(text)
    return float(found[0]) if found else text
