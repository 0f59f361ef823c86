"""Where the service is, and what it says of a question that waits there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from kit.service.found import Found, ensure, find
from kit.widgets.asking.loop import elsewhere

_EVERY_S = 0.5


async def reach(starting: Callable[[], None]) -> Found:
    """Return the service; where there is none, call `starting` and start it.

    Raises
    ------
    KitError
        It does not start, or what the environment names is no address.
    """
    found = await elsewhere(find)
    if found is not None:
        return found
    starting()
    return await elsewhere(ensure)


async def watch(http: httpx.AsyncClient, found: Found, name: str, tell: Callable[[str, int | None], None]) -> None:
    """Call `tell` again and again with what a question to the model `name` waits for, until cancelled.

    It is told "loading", "waiting" with the number of those that are answered before, or "asking".
    """
    while found.ours:
        await asyncio.sleep(_EVERY_S)
        try:
            about = (await http.get(found.url.removesuffix("/v1") + "/health", timeout=_EVERY_S * 4)).json()
        except (httpx.HTTPError, ValueError):
            continue  # the question itself finds out
        if isinstance(about, dict):
            tell(*_said(about, name))


def _said(about: dict[str, Any], name: str) -> tuple[str, int | None]:
    def means(full: object) -> bool:
        return full == name or str(full).startswith(f"{name}@")

    if any(map(means, about.get("loading") or ())):
        return "loading", None
    before = about.get("before")
    for full, count in before.items() if isinstance(before, dict) else ():
        if means(full) and isinstance(count, int):
            return "waiting", count
    return "asking", None
