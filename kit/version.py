"""Which version of Tunebook this is, and whether another one is newer."""

from __future__ import annotations

import re
from functools import cache


@cache
def version() -> str:
    """Return the version of Tunebook that is installed."""
    from importlib import metadata

    try:
        return metadata.version("tunebook")
    except metadata.PackageNotFoundError:
        return "unknown: not installed"


def earlier(one: str, other: str) -> bool:
    """Was `one` released before `other`? What is not a version is before nothing and after nothing."""
    first, second = _numbers(one), _numbers(other)
    return bool(first and second and first < second)


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a release, without zeros at its end: a development version counts as its release."""
    found = re.match(r"\d+(\.\d+)*", text.strip())
    numbers = [int(number) for number in found[0].split(".")] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
