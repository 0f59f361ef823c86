"""How often somebody may guess: a few wrong words a minute from one address, and not many more from all together."""

from __future__ import annotations

from collections import deque

_SPAN_S = 60.0
_EACH = 10
_ALL = 100


class Tries:
    """Wrong words of the last minute."""

    def __init__(self) -> None:
        self._wrong: deque[tuple[float, str]] = deque()

    def allowed(self, address: str, now: float) -> bool:
        """May somebody at `address` try again?"""
        while self._wrong and now - self._wrong[0][0] > _SPAN_S:
            self._wrong.popleft()
        own = sum(each == address for _when, each in self._wrong)
        return own < _EACH and len(self._wrong) < _ALL

    def wrong(self, address: str, now: float) -> None:
        """Note a wrong word."""
        self._wrong.append((now, address))
