"""Which row is the how-manieth: few bytes for each, test rows first, as checks are fed."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from kit.gate.check import Seen
from kit.gate.finding import Flag, Part


class Register:
    """The rows that a check was fed with, by position from 0 over test and data together."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self.tests = 0

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, rows: Sequence[Seen]) -> None:
        """Enter the next rows, all of one part."""
        self._numbers.extend(seen.number for seen in rows)
        if rows and rows[0].part == "test":
            self.tests += len(rows)

    def part(self, position: int) -> Part:
        """Return the part that a row belongs to."""
        return "test" if position < self.tests else "data"

    def place(self, position: int) -> int:
        """Return the place of a row in its part."""
        return position if position < self.tests else position - self.tests

    def number(self, position: int) -> int:
        """Return the number of a row in its source."""
        return self._numbers[position]

    def flag(self, position: int, message: str, others: Sequence[int], score: float) -> Flag:
        """Return a flag that points at one row and names others."""
        named = tuple((self.part(other), self.number(other)) for other in others)
        return Flag(self.part(position), self.place(position), self.number(position), message, named, score)
