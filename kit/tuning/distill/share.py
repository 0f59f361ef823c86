"""How much of a teacher's accuracy a student has, on the same rows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kit.measure.paired import z_of


def share_of_teacher(
    student: Sequence[bool], teacher: Sequence[bool], level: float = 0.95
) -> tuple[float, float, float] | None:
    """Return the ratio of two accuracies on the same rows, and its interval; None where one of them is 0.

    Of n rows, both get a right, only the student b and only the teacher c. By the delta method the logarithm of the
    ratio of such paired shares has the variance ``(b + c) / ((a + b) (a + c))`` (as in Bonett and Price 2006, Journal
    of Educational and Behavioral Statistics 31, 71-86). Where no row tells the two apart, one is taken to, so that
    few rows do not look like certainty.

    Parameters
    ----------
    student, teacher : sequence of bool
        Which rows each got right, in the same order.
    level : float
        Of confidence.
    """
    mine, theirs = sum(map(bool, student)), sum(map(bool, teacher))
    if not mine or not theirs:
        return None
    apart = sum(bool(a) != bool(b) for a, b in zip(student, teacher, strict=True))
    half = z_of(level) * math.sqrt(max(apart, 1) / (mine * theirs))
    share = mine / theirs
    return share, share * math.exp(-half), share * math.exp(half)
