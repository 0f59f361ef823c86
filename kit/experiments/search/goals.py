"""What a search of hyper-parameters is after: numbers of a tuning, and whether more of them is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _

# Numbers of a tuning, and whether more of them is better.
KNOWN = {
    "validation_accuracy": True,
    "validation_loss": False,
    "training_s": False,
    "peak_memory_mib": False,
    "trained_weights": False,
}
CURVES = "validation_"  # what such names begin with is measured at each evaluation, the others at the end


@dataclass(frozen=True)
class Goal:
    """One number, and whether more of it is better."""

    name: str
    more: bool

    @property
    def at_evaluations(self) -> bool:
        """Is it known at each evaluation, before the end?"""
        return self.name.startswith(CURVES)


def read_goals(texts: Sequence[str]) -> tuple[Goal, ...]:
    """Return what `texts` name: known numbers, or others of a tuning with + before them where more is better, else -.

    Raises
    ------
    UnknownNameError
        It is not known and has no sign.
    ParameterError
        The sign contradicts what is known, or a number stands there twice.
    """
    found = tuple(_goal(text) for text in texts)
    if len({goal.name for goal in found}) < len(found):
        raise ParameterError("objectives", tuple(texts), allowed=_("a list that names each number once"))
    return found


def _goal(text: str) -> Goal:
    sign, name = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if name not in KNOWN:
        if not sign or not name:
            fix = _("Other numbers of a tuning take a + before them where more is better, else a -.")
            raise UnknownNameError("objectives", text, KNOWN, fix=fix)
        return Goal(name, sign == "+")
    if sign and (sign == "+") != KNOWN[name]:
        raise ParameterError("objectives", text, allowed=_("{name!r}, whose direction is known").format(name=name))
    return Goal(name, KNOWN[name])


def nobody_beats(values: Mapping[int, Sequence[float]], goals: Sequence[Goal]) -> list[int]:
    """Return those that no other one beats: none is at least as good in every goal and better in one.

    Parameters
    ----------
    values : mapping of int to sequence of float
        The numbers of each trial, in the order of `goals`.
    """
    turned = {n: [v if goal.more else -v for v, goal in zip(row, goals, strict=True)] for n, row in values.items()}
    return [n for n, row in turned.items() if not any(_beats(other, row) for other in turned.values())]


def _beats(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a >= b for a, b in zip(one, other, strict=True)) and list(one) != list(other)
