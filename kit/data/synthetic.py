"""Rows that a model wrote: how they are marked, and that they are never tested on.

Such a row has two cells beside its own: ``"synthetic": true`` and ``"parent"``, the key of the row it was made from.
A division of rows keeps it in the train part, and drops it where its parent is in the test part: it says nearly the
same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from kit.errors import DataError
from kit.i18n import _

MARK, PARENT = "synthetic", "parent"
_TRUE = ("true", "1", "yes")  # as files without truth values have it

Division = Callable[[list[int]], tuple[list[int], list[int]]]


def parent_of(cells: Mapping[str, Any], named: Collection[str]) -> str | None:
    """Return the key of the row that a synthetic row was made from ("" where that is not told), None of a real row.

    Parameters
    ----------
    cells : mapping
        Of the row.
    named : collection of str
        Columns that the task reads: one of the mark's name means something else there.
    """
    marked = cells.get(MARK)
    if marked is None or MARK in named or str(marked).strip().casefold() not in _TRUE:
        return None
    return str(cells.get(PARENT) or "")


def with_marks(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return columns to read, with those that mark a synthetic row."""
    return tuple(dict.fromkeys((*columns, MARK, PARENT)))


def key_of(content: Sequence[Any]) -> str:
    """Return the name of a row by what it asks and answers: 16 hex digits."""
    return hashlib.sha256(json.dumps(list(content)).encode()).hexdigest()[:16]


def divided(parents: Sequence[str | None], keys: Callable[[int], str], divide: Division) -> tuple[list[int], list[int]]:
    """Return a division of all rows into a train and a test part that tests on real rows only.

    Parameters
    ----------
    parents : sequence of str or None
        As `parent_of` tells them, for each row.
    keys : callable
        The key of the row at a position.
    divide : callable
        Divides some real rows, given by their positions among all.

    Raises
    ------
    DataError
        No row is real.
    """
    real = [place for place, parent in enumerate(parents) if parent is None]
    if len(real) == len(parents):
        return divide(real)
    if not real:
        problem = _("All rows are synthetic: none can be tested on.")
        raise DataError(problem, fix=_("Test on rows that no model wrote."))
    train, test = divide(real)
    held = {keys(place) for place in test}
    written = [place for place, parent in enumerate(parents) if parent is not None and parent not in held]
    return sorted(train + written), test
