"""Look again and again, on the loop that is running anyway.

No thread and no task: each look plans the next with ``loop.call_later``. Where no loop runs, as in a plain script,
nothing is planned, and who wants news calls `Panel.refresh`. JupyterLab may deliver a page's messages in a subshell, a
thread of the kernel with a loop of its own that ends with the page: a plan that was made there is made anew elsewhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakSet

if TYPE_CHECKING:
    import asyncio

EVERY_S = 0.3
_REST = 4.0  # after a look, rest at least this many times as long as it took


class Pulse:
    """Calls `look` until it returns False or `stop` is called.

    Parameters
    ----------
    look : callable
        Looks once and says whether to look again. It must not raise.
    every_s : float, default 0.3, seconds
        The time between two looks; longer where looking itself takes long.
    """

    beating: ClassVar[WeakSet[Pulse]] = WeakSet()

    def __init__(self, look: Callable[[], bool], every_s: float = EVERY_S) -> None:
        self._look, self._every_s = look, every_s
        self._planned: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def on(self) -> bool:
        """Is a look planned?"""
        return self._planned is not None and self._loop is not None and self._loop.is_running()

    def start(self) -> None:
        """Plan the first look, unless one is planned or no loop runs."""
        if self.on:
            return
        from asyncio import get_running_loop  # where a loop runs, it is loaded

        try:
            loop = get_running_loop()
        except RuntimeError:
            return
        self._plan(loop, self._every_s)

    def stop(self) -> None:
        """Plan no more."""
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None
        Pulse.beating.discard(self)

    def _plan(self, loop: asyncio.AbstractEventLoop, after_s: float) -> None:
        self._loop = loop
        self._planned = loop.call_later(after_s, self._beat, loop)
        Pulse.beating.add(self)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._planned = None
        began = time.perf_counter()
        again = self._look()
        if again and not self.on:
            self._plan(loop, max(self._every_s, _REST * (time.perf_counter() - began)))
        elif not again:
            self.stop()
