"""How many visitors there is room for, and who is next when all places are taken. Pure: the clock is given.

A visitor without a place waits with a ticket and asks again and again. Who has not asked for a few seconds (a tab in
the background is slowed down by its browser) keeps their place in the line, but keeps nobody from entering.
"""

from __future__ import annotations

from collections import OrderedDict

from kit.errors import ParameterError
from kit.i18n import _

_PRESENT_S = 6.0
_PATIENCE_S = 90.0
_LONGEST = 1000  # tickets; who comes after them waits without one


class Places:
    """A line in front of a number of places.

    Parameters
    ----------
    visitors : int
        How many places there are, at least 1.
    """

    def __init__(self, visitors: int) -> None:
        if isinstance(visitors, bool) or not isinstance(visitors, int) or visitors < 1:
            raise ParameterError("visitors", visitors, allowed=_("a whole number, at least 1"))
        self.visitors = visitors
        self._line: OrderedDict[str, float] = OrderedDict()  # when each asked last

    def ask(self, ticket: str, taken: int, now: float) -> int:
        """Return 0 where there is room for who holds `ticket`, else the place in the line, 1 the next.

        Parameters
        ----------
        ticket : str
            Unknown ones go to the end of the line.
        taken : int
            How many places are taken.
        now : float, seconds
            By any clock that only goes on.
        """
        self._forget(now)
        if ticket in self._line or len(self._line) < _LONGEST:
            self._line[ticket] = now
        ahead = self._ahead(ticket, now)
        return 0 if ahead < self.visitors - taken else ahead + 1

    def enter(self, ticket: str) -> None:
        """Take the ticket of somebody who gets a place."""
        self._line.pop(ticket, None)

    def waits(self, now: float) -> bool:
        """Does anybody wait who has asked lately?"""
        return any(now - seen <= _PRESENT_S for seen in self._line.values())

    def _ahead(self, ticket: str, now: float) -> int:
        count = 0
        for other, seen in self._line.items():
            if other == ticket:
                break
            count += now - seen <= _PRESENT_S
        return count

    def _forget(self, now: float) -> None:
        for ticket in [ticket for ticket, seen in self._line.items() if now - seen > _PATIENCE_S]:
            del self._line[ticket]
