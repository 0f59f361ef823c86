"""The limits among some rules: each quantity is counted once a text, and only where it can matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.gate.rules.quantity import Quantity
from kit.gate.rules.rule import Rule
from kit.gate.rules.view import View


@dataclass(frozen=True)
class Limit:
    """A quantity, and the rules that limit it."""

    quantity: Quantity
    rules: tuple[Rule, ...]

    @property
    def passed_by_none(self) -> bool:
        """Does a text that has nothing of it keep all its rules?"""
        return not any(rule.breaks(0.0) for rule in self.rules)


class Limits:
    """All limits among `rules`."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        groups: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.kind == "limit":
                groups.setdefault(rule.name, []).append(rule)
        limits = [Limit(group[0].quantity, tuple(group)) for group in groups.values()]
        self._lists = {
            (spaced, lines, repeats): [limit for limit in limits if _matters(limit, spaced, lines, repeats)]
            for spaced in (True, False)
            for lines in (True, False)
            for repeats in (True, False)
        }
        self._repeats = any(limit.quantity.without == "repeats" for limit in limits)

    def of(self, view: View) -> list[Limit]:
        """Return the limits that `view` may be beyond."""
        return self._lists[view.spaced, view.several_lines, self._repeats and view.repeats]


def _matters(limit: Limit, spaced: bool, lines: bool, repeats: bool) -> bool:
    quantity = limit.quantity
    if not spaced and not quantity.blankless:
        return False
    nothing = (quantity.without == "lines" and not lines) or (quantity.without == "repeats" and not repeats)
    return not (nothing and limit.passed_by_none)
