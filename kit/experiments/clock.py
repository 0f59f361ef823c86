"""The minutes of a sweep: what is spent over all attempts, what is left, and who is left out for want of time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from time import monotonic

from kit.engines import Variant
from kit.i18n import _
from kit.report import PrefixedReport, Report
from kit.result import Result


class Clock:
    """What a sweep may take, and how far predictions of its variants were off.

    Parameters
    ----------
    minutes : float or None
        In all; None has no end.
    earlier : iterable of Result
        Parts that earlier attempts have finished: their seconds are spent.
    """

    def __init__(self, minutes: float | None, earlier: Iterable[Result] = ()) -> None:
        spent = math.fsum(float(part.facts.get("seconds") or 0.0) for part in earlier)
        self._end = math.inf if minutes is None else self.now() + 60 * minutes - spent
        self._predicted = self._took = 0.0

    def now(self) -> float:
        """Return seconds by which what something took can be told."""
        return monotonic()

    @property
    def left(self) -> float:
        """Seconds that are left; infinite without an end."""
        return self._end - self.now() if math.isfinite(self._end) else math.inf

    def learn(self, predicted: float, took: float) -> None:
        """Take in what a variant took for which so many seconds were predicted."""
        self._predicted, self._took = self._predicted + predicted, self._took + took

    def has_time(self, predicted: float) -> bool:
        """Is there time for a variant? Predictions count only once one was measured, corrected by what it took."""
        if not self._predicted:
            return self.left > 0
        return self.left > predicted * self._took / self._predicted


class Deadline(PrefixedReport):
    """The report of one variant, which is asked to stop when the time is over."""

    def __init__(self, outer: Report, label: str, clock: Clock) -> None:
        super().__init__(outer, label)
        self._clock = clock

    @property
    def over(self) -> bool:
        """Is it the clock that asks to stop, and nobody else?"""
        return self._clock.left <= 0 and not self.outer.stop_asked()

    def stop_asked(self) -> bool:
        return self._clock.left <= 0 or super().stop_asked()


def left_out(name: str, variant: Variant, minutes: float | None) -> Result:
    """Return the row of a variant for which there was no time."""
    why = _("left out: no time within {minutes:g} minutes").format(minutes=minutes or 0.0)
    error = {"type": "NoTime", "message": why, "fix": _("Give more minutes, or fewer methods.")}
    facts = {"method": name, "engine": variant.engine, "model": variant.model, "left_out": why}
    return Result(spec={"variant": variant.to_dict()}, status="stopped", error=error, facts=facts)
