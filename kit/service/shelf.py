"""The models of a service: made ready and loaded when somebody asks, a few at a time."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from kit.engines.homes import home
from kit.engines.prepare import ready_folder
from kit.errors import KitError, UnsupportedError
from kit.i18n import _
from kit.models import locate
from kit.quantization.artefacts import made
from kit.quantization.registry import get_method
from kit.report import Report
from kit.service.held import Held, hold_gguf, no_such_model
from kit.service.spec import ServiceSpec


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
        self._loading = asyncio.Lock()

    @property
    def held(self) -> tuple[Held, ...]:
        """The models in memory."""
        return tuple(each for each in self._held.values() if not each.gone)

    def known(self) -> tuple[str, ...]:
        """Return the names that may be asked for: those of the spec, or those in memory where it names none."""
        return self._spec.models or tuple(self._held)

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
        if found is None or found.gone:
            async with self._loading:
                found = self._held.get(full)
                if found is None or found.gone:
                    found = await self._load(full, model, method)
        found.used = asyncio.get_running_loop().time()
        return found

    def _read(self, name: str) -> tuple[str, str]:
        model, _at, method = name.partition("@")
        if self._spec.models and name not in self._spec.models and model not in self._spec.models:
            raise no_such_model(name, self._spec.models)
        if name not in self._spec.models and (os.path.isabs(model) or {"", ".", ".."} & set(model.split("/"))):
            raise no_such_model(name, self.known())  # a path is for whoever started the service to name
        method = method or self._spec.method
        if home(method) != "llama.cpp":
            raise UnsupportedError(
                _("The service holds models with llama.cpp, and {method!r} is none of its methods.").format(
                    method=method
                ),
                fix=_("Ask for a method whose name begins with gguf-, such as {name}@gguf-q8_0.").format(name=model),
            )
        return model, method

    async def _load(self, full: str, model: str, method: str) -> Held:
        await self._make_room()
        path = await asyncio.to_thread(gguf_of, model, method)
        held = await hold_gguf(full, path, self._spec)
        self._held[full] = held
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
        """Let go of all models."""
        for each in self._held.values():
            await each.end()
        self._held.clear()


def gguf_of(model: str, method: str) -> Path:
    """Return the GGUF file of a model held by `method`, made where it is not there; an adapter is merged in.

    Raises
    ------
    ModelNotFoundError
        The model is neither here nor to be had.
    UnsupportedError
        llama.cpp knows no such model.
    """
    from kit.quantization.gguf.make import FILE
    from kit.quantization.load import check_fits, check_runs_here

    report = Report(Path())
    entry = get_method(method)
    check_runs_here(entry)
    locate(model)  # what is not here is not fetched because a visitor asked for it
    folder, _location = ready_folder(model, report)
    check_fits(entry, folder)
    return made(folder, entry, report) / FILE
