"""What a baseline says to rows that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The answers of one baseline, row by row.

    Parameters
    ----------
    name : str
        What people call it, translated.
    answers : sequence of str
        The label, the text of the choice, or the answer.
    logprobs : sequence of tuple of float
        Of each label, in order, where it tells probabilities; else empty.
    facts : dict
        What else is worth knowing: what it was chosen among, how it was fitted.
    """

    name: str
    answers: Sequence[str]
    logprobs: Sequence[tuple[float, ...]] = ()
    facts: dict[str, Any] = field(default_factory=dict)
