"""How fast one phase of a work goes now, and how long the rest of it takes, learnt from what the phase says.

Recent pieces count more than old ones: a piece counts half once a twentieth of the phase and five seconds have passed
since. Pieces and seconds fade together, so a burst and the pause after it weigh what they took.

Two kinds of time are no pace. The first piece pays for warming up (compiling, filling caches): it counts only where
the second is about as slow. And a gap ten times longer than any before is a clock that was set or a machine that
slept: it is left out, but believed when one like it comes again.
"""

from __future__ import annotations

import math

_HALF_LIFE_S = 5.0
_HALF_LIFE_SHARE = 0.05  # of the total
_HALF_LIFE_PIECES = 4  # at least so many, where the total is unknown or small
_WARM_UP = 2.0  # the first piece is left out when it was so many times slower than the second
_FORESIGHT = 4.0  # a lone first piece tells of so many more
_LEAP = 10.0  # a gap is no work when it is so many times longer than any before ...
_LEAP_S = 5.0  # ... and longer than this
_ABSENCES = 3  # how long the phase will be left next time is told by so many last times


class Pace:
    """The pace of one phase, which other phases may interrupt (a validation between the steps of a training).

    Parameters
    ----------
    usual_s : float, optional, seconds
        The longest gap that was seen before this phase; a first gap far beyond it is no work either.
    """

    def __init__(self, usual_s: float | None = None) -> None:
        self.done = 0.0
        self.total: float | None = None
        self._at: float | None = None  # when it was last heard; None while it is not at work
        self._began: float | None = None  # how much was done when it was first heard
        self._longest = usual_s
        self._open_s = 0.0  # worked since the last progress
        self._leapt = False  # in the piece that is being made
        self._first: tuple[float, float] | None = None  # seconds and progress of the first piece, until it is judged
        self._seconds = self._made = self._pieces = 0.0  # of what counts, faded
        self._absences: list[tuple[float, float]] = []  # where it was left for other phases, and for how many seconds

    def add(self, at: float, done: float, total: float | None = None) -> None:
        """Take in that at the time `at` so much was `done`."""
        working = self._at is not None
        if working:
            self.wait(at)
        made, self.done, self.total, self._at = done - self.done, done, total, at
        if self._began is None or made < 0:
            self._go_back(done)
        elif working and made > 0:
            self._close(made)

    def wait(self, at: float) -> float:
        """Take in that time passed until `at` and return the seconds of it that were work."""
        gap, self._at = at - (at if self._at is None else self._at), at
        longest = self._longest
        if gap < 0 or (longest is not None and gap > max(_LEAP * longest, _LEAP_S)):
            self._leapt = True
            self._longest = longest if gap < 0 or longest is None else _LEAP * longest
            return 0.0
        self._longest = gap if longest is None else max(longest, gap)
        self._open_s += gap
        return gap

    def leave(self) -> None:
        """Stop the clock: another phase is at work now, or nothing is until the work is resumed."""
        self._at = None

    def come_back(self, done: float, away_s: float) -> None:
        """Take in that other phases have taken `away_s` seconds and that this one goes on from `done`."""
        if self._began is None or self.done <= self._began or done < self.done:
            return  # what comes before the first step says nothing of what comes between steps, nor does a new start
        if self._absences and self._absences[-1][0] == self.done:
            away_s += self._absences.pop()[1]
        self._absences.append((self.done, away_s))

    @property
    def unfinished(self) -> bool:
        """Is it known that there is a whole piece still to do, and how much a piece is?"""
        piece = self._piece
        return bool(self.total and piece and self.total - self.done >= 0.99 * min(piece, self.total))

    @property
    def per_s(self) -> float | None:
        """Progress a second, now, or None while nobody can know."""
        return self._made / self._seconds if self._seconds > 0 else None

    def left_s(self, now: float) -> float | None:
        """Return how many seconds of work the phase still needs at the time `now`, or None while nobody can know.

        The wait for the next piece counts down; one that is overdue does not, since the pieces after it stay to be
        made.
        """
        if not self.total:
            return None
        left = max(self.total - self.done, 0.0)
        pace, piece = self._seconds_each(left)
        if pace is None:
            return None if left else 0.0
        waited = self._open_s + (max(now - self._at, 0.0) if self._at is not None else 0.0)
        return pace * left - min(waited, pace * min(piece, left))

    def absences_s(self, here_s: float | None = None) -> float:
        """Return how many seconds other phases will take until this one ends, by how often they came.

        Parameters
        ----------
        here_s : float, optional, seconds
            It is being left at this moment, for so long; that time is not counted.
        """
        absences = self._absences + ([] if here_s is None else [(self.done, here_s)])
        if not absences or not self.total or self._began is None:
            return 0.0
        last = absences[-1][0]
        spacing = max((last - self._began) / len(absences), self.done - last)
        if spacing <= 0 or last <= 0:
            return 0.0
        rounding = min(self._piece * self.total / last, spacing / 2)  # places are rounded to whole pieces
        times = max(math.floor((self.total + rounding - last) / spacing), 0)
        recent = [seconds for _at, seconds in absences[-_ABSENCES:]]
        return times * sum(recent) / len(recent)

    @property
    def absence_s(self) -> float | None:
        """How long the last absence was, if there was one."""
        return self._absences[-1][1] if self._absences else None

    @property
    def _piece(self) -> float:
        """How much progress a piece makes; 0 before the first."""
        if self._pieces:
            return self._made / self._pieces
        return self._first[1] if self._first else 0.0

    def _seconds_each(self, left: float) -> tuple[float | None, float]:
        """Return seconds for one unit of progress, and how much one piece makes."""
        if self._made:
            return self._seconds / self._made, self._piece
        if self._first is not None and left <= _FORESIGHT * self._first[1]:
            return self._first[0] / self._first[1], self._first[1]
        return None, 0.0

    def _go_back(self, done: float) -> None:
        self._began = done if self._began is None else min(self._began, done)
        self._open_s, self._leapt = 0.0, False
        self._absences = [absence for absence in self._absences if absence[0] <= done]

    def _close(self, made: float) -> None:
        """End the piece that is being made, with `made` progress."""
        seconds, leapt = self._open_s, self._leapt
        self._open_s, self._leapt = 0.0, False
        if leapt:
            return
        if not self._made and self._first is None:
            self._first = seconds, made
            return
        if self._first is not None:
            first, self._first = self._first, None
            if first[0] * made <= _WARM_UP * seconds * first[1]:
                self._take(*first)
            else:
                self._longest = seconds
        self._take(seconds, made)

    def _take(self, seconds: float, made: float) -> None:
        piece = (self._made + made) / (self._pieces + 1)
        lasts = max((self.total or 0) * _HALF_LIFE_SHARE, _HALF_LIFE_PIECES * piece)
        kept = 0.5 ** min(made / lasts, seconds / _HALF_LIFE_S)
        self._seconds = self._seconds * kept + seconds
        self._made = self._made * kept + made
        self._pieces = self._pieces * kept + 1
