"""One candidate of a search: how closely it was measured, and why no closer."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from dataclasses import dataclass, field

from kit.experiments.auto.candidates import Candidate
from kit.experiments.auto.fidelity import AGAIN, Fidelity
from kit.result import Result

_ROWS: tuple[Fidelity, ...] = ("all", "part")  # what tells of scores, that on most rows first


@dataclass(eq=False)
class Trial:
    """A candidate and what was measured of it.

    Parameters
    ----------
    candidate : Candidate
        The variant.
    looks : dict of Fidelity to Result
        What was measured, also where that failed.
    why : str
        Why it was not measured, or on no more than a part of the rows.
    out : str
        Why it is out of the race, or "".
    broken : bool
        Does it break a limit?
    """

    candidate: Candidate
    looks: dict[Fidelity, Result] = field(default_factory=dict)
    why: str = ""
    out: str = ""
    broken: bool = False

    @property
    def name(self) -> str:
        """How tables call it."""
        return self.candidate.name

    @property
    def best(self) -> Result | None:
        """The look at most rows, or why there is none."""
        return self.looks.get("all") or self.looks.get("part")

    @property
    def failed(self) -> bool:
        """Can it not be measured?"""
        return any(self.looks[each].status != "finished" for each in _ROWS if each in self.looks)

    @property
    def measured(self) -> tuple[Result, ...]:
        """Everything that was measured of it, that on most rows first."""
        return tuple(
            look
            for fidelity in (*_ROWS, *AGAIN)
            if (look := self.looks.get(fidelity)) is not None and look.status == "finished"
        )

    @property
    def part_first(self) -> tuple[Result, ...]:
        """The same, that on a part of the rows first; empty where no part was asked."""
        if "part" not in self.looks or self.failed:
            return ()
        part = self.looks["part"]
        return (part, *(look for look in self.measured if look is not part))

    def seconds(self, fidelity: Fidelity) -> float | None:
        """Return how long a look took, or None."""
        look = self.looks.get(fidelity)
        return None if look is None else look.facts.get("seconds")

    def kept_as(self, fidelity: Fidelity) -> str:
        """Return the name under which a look is kept: readable, and one for each variant."""
        text = f"{self.candidate.model} {self.candidate.variant.method}"
        digits = hashlib.sha256(text.encode()).hexdigest()[:6]
        return re.sub(r"[^\w.-]+", "-", f"{self.name}-{digits}-{fidelity}")

    def part(self, *, front: bool) -> Result | None:
        """Return the look at most rows, with what became of the candidate in its facts."""
        found = self.best
        if found is None or found.status != "finished":
            return found
        facts = {"front": front, "out": self.out or self.why, "times_measured": len(self.measured)}
        return dataclasses.replace(found, facts={**found.facts, **facts})
