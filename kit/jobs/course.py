"""The phases of a work in their course: how long the rest takes when they interrupt each other and come again.

A phase that another one interrupts before its end is taken to come back: while a training validates, its steps are
still to be made. How often and for how long it was interrupted tells what interruptions its rest will have.
"""

from __future__ import annotations

from kit.jobs.pace import Pace

_PATIENCE = 3  # a phase that so many others have followed does not come back (a download that was given up)


class Course:
    """What was heard of the phases of a work, each remembered while others are at work."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}
        self._longest_s: float | None = None  # between any two words
        self._phase: str | None = None
        self._outer: str | None = None  # the phase that will come back
        self._outer_part = ""
        self._away_s = 0.0
        self._followers = 0

    def add(self, at: float, phase: str, done: float, total: float | None, part: str = "") -> None:
        """Take in one progress event.

        Parameters
        ----------
        at : float, Unix time in seconds
        phase, done, total
            As `Report.progress` says them.
        part : str, default ""
            The part of the work that the phase belongs to.
        """
        if self._phase is not None:
            self._pass(at)
            if self._phase != phase:
                self._change(phase, done, part)
        pace = self._paces.setdefault(phase, Pace(self._longest_s))
        self._phase = phase
        if self._outer is None:
            self._outer_part = part
        pace.add(at, done, total)

    def begin(self) -> None:
        """Take in that the work is taken up anew; the pace of each phase is remembered."""
        self._phase = self._outer = None
        for pace in self._paces.values():
            pace.leave()

    def per_s(self) -> float | None:
        """Return the progress a second of the phase that is at work."""
        return None if self._phase is None else self._paces[self._phase].per_s

    def left_s(self, now: float) -> float | None:
        """Return seconds until the phase at work ends, and the one that it interrupts; None while nobody can know.

        Parameters
        ----------
        now : float, Unix time in seconds
            A clock that leaps changes the answer by one piece of the work at most.
        """
        if self._phase is None:
            return None
        own = self._paces[self._phase].left_s(now)
        if self._outer is None:
            return None if own is None else own + self._paces[self._phase].absences_s()
        outer = self._paces[self._outer]
        rest = outer.left_s(now)
        if rest is None:
            return own
        if own is None:  # it does not say how far it is: as long as last time
            own = max((outer.absence_s or 0.0) - self._away_s, 0.0)
        return own + rest + outer.absences_s(self._away_s + own)

    def _pass(self, at: float) -> None:
        """Count the time until `at` for the phase that was at work."""
        assert self._phase is not None
        worked_s = self._paces[self._phase].wait(at)
        self._longest_s = max(self._longest_s or 0.0, worked_s)
        if self._outer is not None:
            self._away_s += worked_s

    def _change(self, phase: str, done: float, part: str) -> None:
        assert self._phase is not None
        left = self._paces[self._phase]
        left.leave()
        if self._outer == phase:
            self._paces[phase].come_back(done, self._away_s)
            self._outer = None
            return
        stranger = self._outer_part not in ("", part)
        if self._outer is None and left.unfinished and not stranger:
            self._outer, self._away_s, self._followers = self._phase, 0.0, 0
        self._followers += 1
        if stranger or self._followers > _PATIENCE:
            self._outer = None
