"""What one check found: how bad it is, in a sentence and in numbers, and in which rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Level = Literal["ok", "note", "warn", "stop"]
LEVELS: tuple[Level, ...] = ("ok", "note", "warn", "stop")
Part = Literal["data", "test"]

_EXAMPLES = 20


class Flag(NamedTuple):
    """One row that a check points at.

    Parameters
    ----------
    part : {"data", "test"}
        Of which source.
    place : int
        The row's place among those that can be used, from 0; -1 for one that cannot.
    number : int
        As the source counts it.
    message : str
        What is wrong with it, for a person.
    others : tuple of (str, int)
        Part and number of the rows that it is like.
    score : float
        How bad it is, to sort by: a similarity, a length, a count.
    """

    part: Part
    place: int
    number: int
    message: str
    others: tuple[tuple[Part, int], ...] = ()
    score: float = 0.0


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Parameters
    ----------
    check : str
        Its name in `kit.gate.registry`.
    level : {"ok", "note", "warn", "stop"}
        "stop": training on this would be wrong; "warn": look at it first; "note": worth knowing.
    summary : str
        One sentence for a person, with the numbers that matter.
    flags : tuple of Flag
        Rows it points at; a repair that drops rows drops these of the data, and never touches the test rows.
    numbers : dict
        Plain values behind the sentence: counts, a histogram.
    seconds : float
        How long the check worked.
    """

    check: str
    level: Level
    summary: str
    flags: tuple[Flag, ...] = ()
    numbers: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rows(self) -> int:
        """How many rows it points at, of data and test together."""
        return len({(flag.part, flag.number) for flag in self.flags})

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, with the first rows only: all of them stand in the list of problems."""
        first = [
            {**flag._asdict(), "others": [list(other) for other in flag.others]} for flag in self.flags[:_EXAMPLES]
        ]
        values = {name: getattr(self, name) for name in ("check", "level", "summary", "rows", "numbers")}
        return {**values, "examples": first, "seconds": round(self.seconds, 3)}


def worst(findings: list[Finding]) -> Level:
    """Return the gravest level among `findings`."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")
