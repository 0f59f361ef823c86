"""A rule: a few bounds on facts that must all hold, readable as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kit.i18n import _
from kit.verticals.finance.fact import NAMES, words
from kit.verticals.finance.facts import Table

Fires = npt.NDArray[np.bool_]


@dataclass(frozen=True, order=True)
class Bound:
    """One condition: a fact is at least ("≥") or below ("<") a value."""

    fact: str
    op: str
    value: float

    def holds(self, table: Table) -> Fires:
        """Return in which rows it holds."""
        column = table[:, NAMES.index(self.fact)]
        found: Fires = column >= self.value if self.op == ">=" else column < self.value
        return found

    def words(self) -> str:
        """Return it as a clause."""
        return words(self.fact, self.op, self.value)


@dataclass(frozen=True)
class Rule:
    """Bounds that must all hold.

    Parameters
    ----------
    bounds : tuple of Bound
        At least one; at most one of each kind for a fact.
    name : str
        Such as "R1", by its place in the list.
    past : tuple of int
        How many transfers it flagged rightly, and how many at all, in the past that it was checked on.
    """

    bounds: tuple[Bound, ...]
    name: str = ""
    past: tuple[int, int] = (0, 0)

    def fires(self, table: Table) -> Fires:
        """Return in which rows all bounds hold."""
        found = np.ones(len(table), dtype=bool)
        for bound in self.bounds:
            found &= bound.holds(table)
        return found

    @property
    def precision(self) -> float:
        """The share that was fraud among what it flagged in the past; Laplace's estimate, never 0 or 1."""
        right, all_of_them = self.past
        return (right + 1) / (all_of_them + 2)

    def words(self) -> str:
        """Return the rule as a sentence without a full stop."""
        return _(" and ").join(bound.words() for bound in self.bounds)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        bounds = [[bound.fact, bound.op, bound.value] for bound in self.bounds]
        return {"name": self.name, "bounds": bounds, "past": list(self.past)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Rule:
        """Make a rule of what `to_dict` returned."""
        right, all_of_them = values["past"]
        bounds = tuple(Bound(str(fact), str(op), float(value)) for fact, op, value in values["bounds"])
        return cls(bounds, str(values["name"]), (int(right), int(all_of_them)))


def any_fires(rules: tuple[Rule, ...], table: Table) -> Fires:
    """Return in which rows at least one rule holds."""
    found = np.zeros(len(table), dtype=bool)
    for rule in rules:
        found |= rule.fires(table)
    return found


def rule_scores(rules: tuple[Rule, ...], table: Table) -> Table:
    """Return for each row the precision of the best rule that fires; where none does, 0."""
    found = np.zeros(len(table))
    for rule in rules:
        found = np.where(rule.fires(table), np.maximum(found, rule.precision), found)
    return found
