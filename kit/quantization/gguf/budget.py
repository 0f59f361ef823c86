"""Which type each group of matrices gets when the file may have so many bytes and no more.

Each group has choices, each of so many bytes and of so much harm. All begin with the smallest; then, again and again,
the step that saves most harm for each byte is taken, until no step fits: the greedy solution of a knapsack with
choices, which is best possible at every size that it stops at where harm falls ever more slowly with bytes, as on the
lower convex hull that is kept of the choices (Sinha and Zoltners 1979).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One way of holding a group: the types' name, bytes, and harm in nats."""

    kind: str
    size: int
    harm: float


def least(groups: Mapping[str, Sequence[Choice]]) -> int:
    """Return the bytes of all groups, each held in its smallest way."""
    return sum(min(choice.size for choice in choices) for choices in groups.values())


def decide(groups: Mapping[str, Sequence[Choice]], budget: int) -> dict[str, Choice]:
    """Return a choice for each group that together take `budget` bytes at most.

    Parameters
    ----------
    groups : mapping of str to sequence of Choice
    budget : int, bytes
        At least `least(groups)`.
    """
    steps = {name: hull(choices) for name, choices in groups.items()}
    found = {name: choices[0] for name, choices in steps.items()}
    left = budget - sum(choice.size for choice in found.values())
    ahead = {name: 1 for name, choices in steps.items() if len(choices) > 1}
    while ahead:
        name = max(ahead, key=lambda each: _gain(found[each], steps[each][ahead[each]]))
        step = steps[name][ahead[name]]
        if step.size - found[name].size > left:
            del ahead[name]  # the next of this group is larger still
            continue
        left -= step.size - found[name].size
        found[name] = step
        ahead[name] += 1
        if ahead[name] == len(steps[name]):
            del ahead[name]
    return found


def hull(choices: Sequence[Choice]) -> list[Choice]:
    """Return the choices that lie on the lower convex hull of harm over bytes, smallest first."""
    kept: list[Choice] = []
    for choice in sorted(choices, key=lambda each: (each.size, each.harm)):
        if kept and choice.harm >= kept[-1].harm:
            continue  # larger, and no better
        while len(kept) > 1 and _gain(kept[-2], kept[-1]) <= _gain(kept[-1], choice):
            kept.pop()
        kept.append(choice)
    return kept


def _gain(held: Choice, step: Choice) -> float:
    """Return the harm that a step saves for each byte."""
    return (held.harm - step.harm) / (step.size - held.size)
