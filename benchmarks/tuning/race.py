"""Tools train in turns, so that whatever else the machine does slows all of them alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from benchmarks.tuning.curve import Course, target_of
from benchmarks.tuning.racer import Racer, RacerFailed

Say = Callable[[str], None]
FIRST = "tutorial"  # sets the loss that all are timed to


class Race:
    """Some tools on the same work.

    Parameters
    ----------
    racers : dict of str to Racer
        Their names for the report; "tutorial" sets the loss to come to.
    say : callable
        Hears one sentence after each turn.
    """

    def __init__(self, racers: dict[str, Racer], say: Say) -> None:
        self._racers, self._say = dict(racers), say
        self.courses: dict[str, Course] = {}
        self.failed: dict[str, str] = {}
        self.matmul_rates: list[float] = []

    def run(self, *, steps: int, every: int, most: int, tolerance: float) -> float | None:
        """Let all make `steps`, by turns of `every`; those not yet at the loss of the first go on to `most`.

        Returns
        -------
        float or None
            The loss that all are timed to; None where the first failed.
        """
        self._line_up()
        for number in range(-(-steps // every)):
            self._round(number, every)
        if FIRST not in self.courses:
            return None
        target = target_of(self.courses[FIRST], tolerance)
        number = -(-steps // every)
        while self._behind(target, most):
            self._round(number, every, self._behind(target, most))
            number += 1
        return target

    def _line_up(self) -> None:
        for name in list(self._racers):
            self._try(name, self._start)

    def _start(self, name: str) -> None:
        racer = self._racers[name]
        start_s = racer.wait_until_ready()
        self.courses[name] = Course(racer.loss(), start_s)
        self._say(f"{name}: ready after {start_s:.0f} s, held loss {self.courses[name].before:.4f}")

    def _round(self, number: int, every: int, names: list[str] | None = None) -> None:
        order = names or list(self._racers)
        for name in order if number % 2 == 0 else order[::-1]:
            self._try(name, lambda each: self._turn(each, every))
        if "ours" in self._racers:
            self._try("ours", lambda each: self.matmul_rates.append(self._racers[each].rate()))

    def _turn(self, name: str, every: int) -> None:
        course, racer = self.courses[name], self._racers[name]
        turn = racer.train(every)
        course.turns.append(turn)
        course.losses.append(racer.loss())
        self._say(
            f"{name}: step {course.steps}, {turn['tokens'] / turn['seconds']:.0f} tokens/s, held loss "
            f"{course.losses[-1]:.4f} after {course.total('seconds'):.1f} s, peak {turn['peak_mib']:.0f} MiB"
        )

    def _behind(self, target: float, most: int) -> list[str]:
        return [name for name in self._racers if (c := self.courses[name]).best > target and c.steps < most]

    def _try(self, name: str, do: Callable[[str], None]) -> None:
        """Do something with a racer; one that fails is out, and the others go on."""
        try:
            do(name)
        except RacerFailed as exc:
            self.failed[name] = str(exc)
            self._racers.pop(name).close()
            self.courses.pop(name, None)
            self._say(str(exc))

    @property
    def matmul_rate(self) -> float:
        """Operations a second of large matrix products, the median over the rounds."""
        return statistics.median(self.matmul_rates)

    def end(self) -> dict[str, str]:
        """End all and return where their adapters are."""
        adapters: dict[str, str] = {}
        for name in list(self._racers):
            self._try(name, lambda each: adapters.update({each: str(self._racers[each].end())}))
        return adapters

    def close(self) -> None:
        """Make sure that no process is left."""
        for racer in self._racers.values():
            racer.close()
