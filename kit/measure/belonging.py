"""Which groups a row belongs to, so that a result can be looked at part by part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from kit.data import Dataset

# Not translated: records of different sessions must agree.
LENGTHS = ("short", "rather short", "rather long", "long")


def groups_of(data: Dataset) -> list[dict[str, str]]:
    """Return for each row the value of every grouping: its label, its length, and each further column.

    The length is a quarter of the rows, by the characters of what is asked; where all rows are equally long, there is
    no such grouping. A further column of the same name goes before.
    """
    sizes = [len(row.context) + len(row.text) for row in data.items]
    found = []
    for row, size in zip(data.items, _quarters(sizes), strict=True):
        groups = {"length": size} if size else {}
        if data.task == "classify":
            groups["label"] = row.answer
        found.append({**groups, **row.columns})
    return found


def _quarters(sizes: Sequence[int]) -> list[str]:
    ordered = sorted(sizes)
    if ordered[0] == ordered[-1]:
        return [""] * len(sizes)
    bounds = [ordered[len(ordered) * quarter // 4] for quarter in (1, 2, 3)]
    return [LENGTHS[bisect_right(bounds, size)] for size in sizes]
