"""One verdict on two results of the same rows, or none where so few rows say nothing."""

from __future__ import annotations

from kit.calls import compare
from kit.errors import ParameterError
from kit.measure.verdict import Verdict
from kit.result import Result


def compared(new: Result, reference: Result, metric: str) -> Verdict | None:
    """Return whether `new` is better than `reference` on the rows that both have; None where these are too few.

    Scores that are not 0 or 1 need eight rows; a quick look, or a way of holding a model that was given up, has fewer.
    """
    try:
        found = compare(new, reference, metric=metric, rows="common")
    except ParameterError:
        return None
    return found if isinstance(found, Verdict) else None
