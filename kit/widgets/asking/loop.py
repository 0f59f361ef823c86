"""The thread in which this kernel asks: one event loop for all questions, begun with the first of them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_LOCK = threading.Lock()
_loops: list[asyncio.AbstractEventLoop] = []


def begin(work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """Begin `work` in the thread that asks; cancelling what is returned ends it there."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


async def elsewhere(work: Callable[[], T]) -> T:
    """Do what blocks in a thread of its own, for which a kernel that ends does not wait."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(value: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)  # type: ignore[arg-type]

    def run() -> None:
        try:
            value, error = work(), None
        except Exception as exc:  # whoever waits is told
            value, error = None, exc
        loop.call_soon_threadsafe(tell, value, error)

    threading.Thread(target=run, daemon=True).start()
    return await done


def _loop() -> asyncio.AbstractEventLoop:
    with _LOCK:
        if not _loops:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="tunebook-asks", daemon=True).start()
            _loops.append(loop)
        return _loops[0]
