"""Rows made of named fields, as tables are written out for a model: the same only where every field is.

``age: 51; housing: own; ...`` and ``age: 52; housing: own; ...`` share nearly all words and are two customers.
"""

from __future__ import annotations

import re

from kit.gate.alike.normal import normal
from kit.gate.alike.spelling import relation

_BETWEEN = re.compile(r"[;\n|]+|,\s*(?=[^,;:=\n|]{1,40}[:=])")
_FIELD = re.compile(r"\s*([^:=]{1,60}?)\s*[:=：]\s*(.*)", re.DOTALL)
_FEWEST = 3
_LONGEST = 12  # words of a value; in a longer one small changes are no other value
_WORD = re.compile(r"\w+")

Fields = dict[str, str]


def fields_of(text: str) -> Fields | None:
    """Return the fields that `text` is made of, by name, or None where it is no list of fields."""
    if text.count(":") + text.count("=") + text.count("：") < _FEWEST:
        return None
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    found = [match for match in map(_FIELD.fullmatch, parts) if match]
    if len(found) < _FEWEST or len(found) < len(parts):
        return None
    fields = {normal(match[1]): normal(match[2]) for match in found}
    return fields if len(fields) == len(found) else None


def is_table(text: str) -> bool:
    """Is `text` a row of a table: named fields with short values?"""
    fields = fields_of(text)
    return fields is not None and all(len(_WORD.findall(value)) <= _LONGEST for value in fields.values())


def same_fields(one: Fields | None, other: Fields | None) -> bool:
    """May two rows be the same as far as their fields go? True where they are not made of the same fields."""
    if one is None or other is None or one.keys() != other.keys():
        return True
    return all(value == other[name] or _same_value(value, other[name]) for name, value in one.items())


def _same_value(one: str, other: str) -> bool:
    words, others = _WORD.findall(one), _WORD.findall(other)
    if min(len(words), len(others)) > _LONGEST:
        return True
    if len(words) != len(others) or not words:
        return False
    return all(a == b or relation(a, b, known=False) == "slip" for a, b in zip(words, others, strict=True))
