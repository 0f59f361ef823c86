"""The models of a service: made ready and loaded when somebody asks, a few at a time."""

from __future__ import annotations

import asyncio
import os

from kit.errors import KitError
from kit.i18n import _
from kit.service.engine import check_method, method_of
from kit.service.held import Held, hold, not_served
from kit.service.ready import is_state, make_ready, state_of
from kit.service.spec import ServiceSpec

_FREE_S = 0.1


class Shelf:
    """Loads models by name, one at a time, and lets go of the one unused longest when there are too many.

    Parameters
    ----------
    spec : ServiceSpec
        Says which models may be asked for, and how many are held.
    """

    def __init__(self, spec: ServiceSpec) -> None:
        self._spec = spec
        self._held: dict[str, Held] = {}
        self._coming: dict[str, asyncio.Task[Held]] = {}
        self._usual: dict[str, str] = {}  # how models are held that are asked for by their bare names
        self._leaving: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self.restarts = 0

    @property
    def held(self) -> tuple[Held, ...]:
        """The models in memory."""
        return tuple(each for each in self._held.values() if not each.gone)

    def known(self) -> tuple[str, ...]:
        """Return the names that may be asked for: those of the spec, or those in memory where it names none."""
        return self._spec.models or tuple(self._held)

    @property
    def loading(self) -> list[str]:
        """The names of those that are being made ready or loaded."""
        return sorted(self._coming)

    async def get(self, name: str) -> Held:
        """Return the model called `name`, loaded; one whose process has ended is loaded again.

        Raises
        ------
        KitError
            It is not served here, cannot be found, or cannot be held.
        """
        model, method = self._read(name)
        full = f"{model}@{method}"
        found = self._held.get(full)
        if found is None or found.gone or await self._changed(found, model):
            task = self._coming.get(full)
            if task is None:
                task = self._coming[full] = asyncio.create_task(self._load(full, model, method))
                task.add_done_callback(lambda done: self._came(full, done))
            found = await asyncio.shield(task)  # who leaves meanwhile does not end it for the others
        found.used = asyncio.get_running_loop().time()
        return found

    async def _changed(self, held: Held, model: str) -> bool:
        """Have its files changed since it was loaded?"""
        if is_state(held.source):
            return False
        state = await asyncio.to_thread(state_of, model)
        self._usual.pop(model, None)
        return bool(state) and state != held.source  # of files that are gone, what is loaded goes on

    def _came(self, full: str, done: asyncio.Task[Held]) -> None:
        self._coming.pop(full, None)
        if not done.cancelled():
            done.exception()  # whoever still waits is told

    def _read(self, name: str) -> tuple[str, str]:
        model, _at, asked = name.partition("@")
        if self._spec.models and name not in self._spec.models and model not in self._spec.models:
            raise not_served(name, self._spec.models)
        if name not in self._spec.models and model not in self._spec.models and _is_path(model):
            raise not_served(name, self.known())  # a path is for whoever started the service to name
        method = asked or self._usual.get(model) or method_of(self._spec, model)
        if f"{model}@{method}" not in self._held:
            check_method(self._spec, model, method)
        elif not asked:
            self._usual[model] = method  # to find it out takes a look at the model's files
        return model, method

    async def _load(self, full: str, model: str, method: str) -> Held:
        async with self._one_at_a_time:
            old = self._held.get(full)
            if old is not None and old.gone:
                self.restarts += 1
            elif old is not None:  # its files have changed; who waits for its answer gets it
                self._leaving.add(leaving := asyncio.create_task(_end_when_free(self._held.pop(full))))
                leaving.add_done_callback(self._leaving.discard)
            await self._make_room()
            source = await asyncio.to_thread(state_of, model)
            path = await make_ready(model, method)
            self._held[full] = held = await hold(full, path, method, self._spec)
            held.source = source
            return held

    async def _make_room(self) -> None:
        for name in [name for name, each in self._held.items() if each.gone]:
            del self._held[name]
        idle = sorted((each.used, name) for name, each in self._held.items() if not each.line.busy)
        while len(self._held) >= self._spec.loaded and idle:
            _used, name = idle.pop(0)
            await self._held.pop(name).end()
        if len(self._held) >= self._spec.loaded:
            raise KitError(
                _("All {n} models in memory are answering.").format(n=len(self._held)),
                fix=_("Ask again in a minute, or let the service hold more with --loaded."),
            )

    async def end(self) -> None:
        """Let go of all models, and stop loading others."""
        coming = list(self._coming.values())
        for task in coming:
            task.cancel()
        await asyncio.gather(*coming, return_exceptions=True)
        leaving = list(self._leaving)
        for each in leaving:
            each.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        await asyncio.gather(*(each.end() for each in self._held.values()))
        self._held.clear()


async def _end_when_free(held: Held) -> None:
    try:
        while held.line.busy and not held.gone:
            await asyncio.sleep(_FREE_S)
    finally:
        await held.end()


def _is_path(model: str) -> bool:
    """Does the name lead to a file or folder, rather than to something that the kit keeps?"""
    odd = not model.isprintable() or "\\" in model or "://" in model or model.startswith(("~", "-"))
    return odd or os.path.isabs(model) or bool({"", ".", ".."} & set(model.split("/"))) or os.path.lexists(model)
