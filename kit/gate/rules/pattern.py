"""Regular expressions of a person, kept from running away with the machine.

Python's own `re` cannot be interrupted. `regex` gives up after a time; what it cannot stand is a pattern that counts
within what it counts, so those are refused beforehand.
"""

from __future__ import annotations

import math
import re
from typing import Any

from kit.errors import ParameterError
from kit.i18n import _

_PATIENCE_S = 0.1  # for one text
_MOST_TIMEOUTS = 10  # then the rule is given up: a second has gone by without an answer
_LONGEST = 1000
_MOST_COPIES = 10_000
_COUNTED = re.compile(r"(?<!\\)(\))?\{(\d*),?(\d*)\}")


class Pattern:
    """One regular expression.

    Parameters
    ----------
    pattern : str
        One that `check_pattern` has let through.

    Attributes
    ----------
    given_up : bool
        Did it take too long too often to be asked again?
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = _compiled(pattern)
        self._timeouts = 0

    @property
    def given_up(self) -> bool:
        """Did it take too long too often to be asked again?"""
        return self._timeouts >= _MOST_TIMEOUTS

    def stands_in(self, text: str) -> bool | None:
        """Is there a match anywhere in `text`? None where that took too long to find out."""
        if self.given_up:
            return None
        try:
            return self._pattern.search(text, timeout=_PATIENCE_S) is not None
        except TimeoutError:
            self._timeouts += 1
            return None


def check_pattern(pattern: str, *, rule: str) -> None:
    """Raise unless `pattern` is one that can be searched for.

    Raises
    ------
    ParameterError
        It is no regular expression, or one that would take more memory than a machine has.
    """
    if not pattern:
        raise ParameterError("rules", rule, allowed=_("a regular expression after =, such as match=\\d"))
    if len(pattern) > _LONGEST:
        allowed = _("a regular expression of at most {n} characters").format(n=_LONGEST)
        raise ParameterError("rules", rule, allowed=allowed)
    if _copies(pattern) > _MOST_COPIES:
        allowed = _("a regular expression whose counted parts, multiplied, make at most {n} copies").format(
            n=f"{_MOST_COPIES:,}"
        )
        raise ParameterError("rules", rule, allowed=allowed, fix=_("Write + or * in place of large counts."))
    try:
        _compiled(pattern)
    except (ValueError, RecursionError) as exc:
        allowed = _("a regular expression ({reason})").format(reason=exc)
        raise ParameterError("rules", rule, allowed=allowed) from exc


def _compiled(pattern: str) -> Any:
    import regex

    try:
        return regex.compile(pattern)
    except regex.error as exc:
        raise ValueError(str(exc)) from exc


def _copies(pattern: str) -> float:
    """Return how many copies of a piece counting makes at most: counts of groups multiply, as they may be nested."""
    groups, single = [1], 1
    for group, least, most in _COUNTED.findall(pattern):
        count = max(int(least or 0), int(most or 0), 1)
        if group:
            groups.append(count)
        else:
            single = max(single, count)
    return math.prod(groups) * single
