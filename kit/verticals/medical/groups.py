"""By what rows belong together: a patient, a disease, a topic. Rows of one group must not stand on two sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What people call such columns, the strictest first.
NAMES = ("patient", "patient_id", "patientid", "person_id", "case_id", "focus", "disease", "topic")
_FEWEST = 5  # groups


def group_column(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the column by whose values rows belong together, as far as its name tells; "" where none does.

    A column counts where every row has a value, and some rows share one.

    Parameters
    ----------
    rows : sequence of mapping
        Cells by column.
    """
    columns = {str(name).lower(): str(name) for row in rows[:50] for name in row}
    for name in NAMES:
        column = columns.get(name, "")
        values = [str(row[column]) for row in rows if column and row.get(column) not in (None, "")]
        counts = Counter(values)
        if len(values) == len(rows) and _FEWEST <= len(counts) < len(values):
            return column
    return ""


@dataclass(frozen=True, kw_only=True)
class Sides:
    """How the groups of two parts lie.

    Parameters
    ----------
    learnt, asked : int
        Groups among the rows to learn from, and among those that are asked.
    both : int
        Groups on both sides.
    rows : int
        Asked rows whose group is on both sides.
    """

    learnt: int
    asked: int
    both: int
    rows: int


def sides(learnt: Sequence[str], asked: Sequence[str]) -> Sides:
    """Return how many groups stand on both sides, from the group of each row; rows without one ("") are their own."""
    known, others = {each for each in learnt if each}, {each for each in asked if each}
    shared = known & others
    return Sides(learnt=len(known), asked=len(others), both=len(shared), rows=sum(each in shared for each in asked))
