"""When an alarm is raised: k of the last n windows above a threshold that was chosen on machines kept for that.

An alarm looks back only. It goes on while the rule holds, ends after a quiet spell or when parts are renewed, and what
comes up again within that spell is the same alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.errors import ParameterError
from kit.i18n import _
from kit.verticals.manufacturing.tracks import Track

QUIET_HOURS = 48


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When to raise an alarm.

    Parameters
    ----------
    threshold : float
        A window counts where the probability of a failure is at least this.
    k, n : int
        So many of the last so many windows have to count.
    """

    threshold: float
    k: int = 2
    n: int = 3

    def __post_init__(self) -> None:
        if not 1 <= self.k <= self.n:
            raise ParameterError("k", self.k, allowed=_("from 1 to n ({n})").format(n=self.n))

    def holds(self, risk: np.ndarray, parts: np.ndarray) -> np.ndarray:
        """Return, for each window, whether the rule holds: of windows with the same parts, up to that one.

        Parameters
        ----------
        risk : array (windows,)
            Probability of a failure, in the order of time.
        parts : array (windows,)
            As in `Track`.
        """
        above = risk >= self.threshold
        found = np.zeros(len(risk), dtype=int)
        for back in range(min(self.n, len(risk))):
            found[back:] += above[: len(risk) - back] & (parts[: len(risk) - back] == parts[back:])
        return found >= self.k

    @property
    def sentence(self) -> str:
        """The rule in words."""
        text = _("An alarm is raised when {k} of the last {n} windows have a probability of failure of at least {t}.")
        return text.format(k=self.k, n=self.n, t=f"{self.threshold:.2f}")


@dataclass(frozen=True)
class Alarm:
    """One alarm: the hours of its first and (so far) last window, and the parts that were in then."""

    begins: int
    ends: int
    parts: int


def alarms_of(track: Track, risk: np.ndarray, rule: Rule, *, quiet: int = QUIET_HOURS) -> list[Alarm]:
    """Return the alarms of a machine, oldest first.

    Parameters
    ----------
    track : Track
        The machine.
    risk : array (windows,)
        Probability of a failure at each of its windows.
    rule : Rule
        When to raise one.
    quiet : int, default 48, hours
        After so long without the rule holding, it is over.
    """
    found: list[Alarm] = []
    for place in np.flatnonzero(rule.holds(risk, track.parts)):
        at, parts = int(track.hours[place]), int(track.parts[place])
        last = found[-1] if found else None
        if last is not None and last.parts == parts and at - last.ends <= quiet:
            found[-1] = Alarm(last.begins, at, parts)
        else:
            found.append(Alarm(at, at, parts))
    return found
