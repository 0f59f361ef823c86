"""Where more load begins to buy waiting rather than answers.

The knee is the load with the most power: throughput over response time (L. Kleinrock, "Power and deterministic rules
of thumb for probabilistic problems in computer communications", ICC 1979, eq. 1). Before it throughput grows faster
than the time that an answer takes, after it slower. It needs no threshold of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.i18n import _
from kit.words import duration, number

_GOOD_SHARE = 0.9  # of the requests, for a load to keep its limits


@dataclass(frozen=True)
class Level:
    """One load and what came of it.

    Parameters
    ----------
    name : str
        The load in words.
    throughput : float, tokens/s
        Of all answers together.
    seconds : float
        The median time of an answer.
    good_share : float, optional
        Of the requests that kept every limit, where there are limits.
    """

    name: str
    throughput: float
    seconds: float
    good_share: float | None = None

    @property
    def power(self) -> float:
        """Throughput over response time."""
        return self.throughput / self.seconds


def knee(levels: Sequence[Level]) -> dict[str, Any]:
    """Return the knee of loads that rise, as plain values.

    Returns
    -------
    dict
        "level": the place of the knee, from 0, and "sentence": what it means, in words.
    """
    best = max(range(len(levels)), key=lambda i: levels[i].power)
    sentences = [_knee_words(levels, best)]
    if any(level.good_share is not None for level in levels):
        sentences.append(_limit_words(levels))
    return {"level": best, "sentence": " ".join(sentences)}


def _knee_words(levels: Sequence[Level], best: int) -> str:
    here = _words(levels[best])
    if best == len(levels) - 1:
        return _("No knee was reached: the heaviest load is still the best use of time, {here}.").format(here=here)
    after = _words(levels[best + 1])
    return _("The knee is at {here}; beyond it answers wait more than throughput grows: {after}.").format(
        here=here, after=after
    )


def _limit_words(levels: Sequence[Level]) -> str:
    kept = 0
    for level in levels:
        if (level.good_share or 0.0) < _GOOD_SHARE:
            break
        kept += 1
    share = f"{_GOOD_SHARE:.0%}"
    if not kept:
        return _("No load keeps the limits for {share} of the requests.").format(share=share)
    return _("The limits are kept for {share} of the requests up to {load}.").format(
        share=share, load=levels[kept - 1].name
    )


def _words(level: Level) -> str:
    return _("{load} ({rate} tokens/s, {time} an answer)").format(
        load=level.name, rate=number(level.throughput), time=duration(level.seconds)
    )
