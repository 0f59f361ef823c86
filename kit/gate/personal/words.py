"""Lists of words that lie beside this module as text: what is language is data, and can be read and mended as such."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "lists"


@cache
def lines(name: str) -> tuple[str, ...]:
    """Return the lines of a list, without its notes."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


def words(name: str) -> frozenset[str]:
    """Return the words of a list, which stand between blanks."""
    return frozenset(word for line in lines(name) for word in line.split())


def letters(name: str) -> frozenset[str]:
    """Return every character of a list."""
    return frozenset("".join(lines(name)))


def either(name: str) -> str:
    """Return a regular expression that matches each expression of a list; they stand between bars."""
    return f"(?:{'|'.join(lines(name))})"
