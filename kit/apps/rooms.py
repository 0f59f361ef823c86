"""The kernels of visitors: counted before they start, told apart from those that nobody uses any more.

A page that is closed says so, where its browser lets it, and its kernel goes some seconds later, unless the page is
still connected: browsers say the same when somebody follows a link to a mail program. Whoever leaves without a word
leaves a kernel to be culled after a while; while somebody waits for a place, it goes when no page was connected to it
for twenty seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from jupyter_core.utils import ensure_async

from kit.apps.places import Places

_ABANDONED_S = 20.0
_LEFT_S = 4.0


class Rooms:
    """The places of a server, and the kernels in them.

    Parameters
    ----------
    manager : MultiKernelManager
        Of the server.
    visitors : int
        How many kernels of visitors there may be at once.
    """

    def __init__(self, manager: Any, visitors: int) -> None:
        self.line = Places(visitors)
        self._manager = manager
        self._starting = 0
        self._kernels: set[str] = set()
        self._rendering: set[str] = set()
        self._alone: dict[str, float] = {}  # since when no page is connected

    @property
    def taken(self) -> int:
        """How many places are taken."""
        self._kernels &= set(self._manager.list_kernel_ids())
        return len(self._kernels) + self._starting

    async def ask(self, ticket: str) -> int:
        """Return 0 where there is room for who holds `ticket`, else their place in the line."""
        now = time.monotonic()
        place = self.line.ask(ticket, self.taken, now)
        if place:
            await self._clear(now)
            place = self.line.ask(ticket, self.taken, now)
        return place

    @asynccontextmanager
    async def visit(self, ticket: str) -> AsyncIterator[Visit]:
        """Take a place until the page is written; the kernel that was started meanwhile keeps it."""
        self.line.enter(ticket)
        self._starting += 1
        visit = Visit(self._manager, self)
        try:
            yield visit
        finally:
            if visit.kernel:
                self._rendering.discard(visit.kernel)
                self._alone.pop(visit.kernel, None)
            else:
                self._starting -= 1

    def began(self, kernel: str) -> None:
        """Note which kernel sits at a place that was taken."""
        self._starting -= 1
        self._kernels.add(kernel)
        self._rendering.add(kernel)

    async def left(self, kernel: str) -> None:
        """End a kernel whose page has said that it goes, unless the page is still there some seconds later."""
        await asyncio.sleep(_LEFT_S)
        if kernel in self._kernels - self._rendering and not self._connected(kernel):
            await self._end(kernel)

    async def _clear(self, now: float) -> None:
        """End kernels that no page has been connected to for a while."""
        for kernel in list(self._kernels - self._rendering):
            if self._connected(kernel):
                self._alone.pop(kernel, None)
            elif now - self._alone.setdefault(kernel, now) > _ABANDONED_S:
                await self._end(kernel)

    def _connected(self, kernel: str) -> bool:
        return kernel in self._manager and bool(self._manager.kernel_model(kernel)["connections"])

    async def _end(self, kernel: str) -> None:
        self._alone.pop(kernel, None)
        self._kernels.discard(kernel)
        if kernel in self._manager:
            await ensure_async(self._manager.shutdown_kernel(kernel, now=True))


class Visit:
    """The kernel manager as one visit sees it: it notes which kernel the visit gets, and tells it its notebook."""

    def __init__(self, manager: Any, rooms: Rooms) -> None:
        self._manager, self._rooms = manager, rooms
        self.kernel = ""
        self.notebook = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    async def start_kernel(self, *, env: dict[str, str], **settings: Any) -> str:
        """Start a kernel; runs that it starts are known to belong to the notebook."""
        known = {**env, "JPY_SESSION_NAME": self.notebook} if self.notebook else env
        for name in [name for name in ("QUERY_STRING", "VOILA_REQUEST_URL") if "token=" in known.get(name, "")]:
            known[name] = known[name].partition("?")[0] if name != "QUERY_STRING" else ""
        kernel = str(await ensure_async(self._manager.start_kernel(env=known, **settings)))
        self._began(kernel)
        return kernel

    async def get_rendered_notebook(self, notebook_name: str, **settings: Any) -> tuple[Any, Any, str]:
        """Take a kernel that was started ahead; the one that takes its place is told nothing of this visit."""
        task, cache, kernel = await self._manager.get_rendered_notebook(notebook_name)
        self._began(kernel)
        return task, cache, kernel

    def _began(self, kernel: str) -> None:
        self.kernel = kernel
        self._rooms.began(kernel)
