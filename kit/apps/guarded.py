"""Voila with every door closed to strangers, and only with the pages that apps need.

Voila 0.5 asks for the token at the page and at the kernels, but gives scripts, themes and the pictures beside a
notebook to everybody. Here all of it is for visitors who have the token or the password; the login page brings its own
look.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import StaticFileHandler, authenticated
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import AllowListFileHandler
from voila.tornado.contentshandler import VoilaContentsHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from kit.apps.gallery.entry import Entry
from kit.apps.handlers import AppPage, GalleryPage, Leaving, LoginPage, files_in
from kit.apps.house import House, room_for
from kit.apps.quiet import log_faults
from kit.apps.rooms import Rooms

# Lists of folders are nobody's business; what a kernel is told of a request would be told to anybody who asks.
_LEFT_OUT = (TornadoVoilaTreeHandler, TornadoVoilaHandler, VoilaContentsHandler, RequestInfoSocketHandler)


def locked(handler: type[StaticFileHandler]) -> type[StaticFileHandler]:
    """Return a handler that gives out files only to those who may come in."""
    bases = (handler,) if issubclass(handler, JupyterHandler) else (JupyterHandler, handler)

    async def get(self: Any, path: str, include_body: bool = True) -> None:
        await handler.get(self, path, include_body)

    async def head(self: Any, path: str) -> None:
        await handler.get(self, path, include_body=False)

    methods = {"get": authenticated(get), "head": authenticated(head)}
    return type(f"Locked{handler.__name__}", bases, methods)


class FileBeside(AllowListFileHandler):  # type: ignore[misc]
    """Gives out pictures that lie beside a notebook that is served."""

    def initialize(self, folders: list[Path], **settings: Any) -> None:
        """Keep the folders of the notebooks."""
        super().initialize(**settings)
        self.folders = folders

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Refuse what lies elsewhere."""
        files_in(self.folders, absolute_path)
        path: str | None = super().validate_absolute_path(root, absolute_path)
        return path


class GuardedVoila(Voila):  # type: ignore[misc]
    """Voila that serves the apps of a house, and nothing to strangers."""

    house: House
    notebook_path: str | None

    def init_settings(self) -> dict[str, Any]:
        """Return Voila's settings, with our login."""
        settings = self._settings()
        self.identity_provider.hashed_password = self.house.password
        self.identity_provider.allow_password_change = False  # it would be a visitor's to change, for everybody
        self.identity_provider.login_handler_class = LoginPage
        LoginPage.theme = self.house.theme
        settings["log_function"] = log_faults
        return settings

    def _settings(self) -> dict[str, Any]:
        """Return Voila's own, with kernels heated for our notebooks only: Voila would for all below the root."""
        heated = self.voila_configuration.preheat_kernel and self.notebook_path is None
        if not heated:
            settings: dict[str, Any] = super().init_settings()
            return settings
        self.notebook_path = str(self.house.entries[0].path)
        settings = super().init_settings()
        self.notebook_path = None
        for entry in self.house.entries[1:]:
            way = os.path.relpath(entry.path, self.root_dir)
            self.kernel_manager.fill_if_needed(delay=0, notebook_name=way)
        return settings

    def init_handlers(self) -> list[Any]:
        """Return Voila's handlers for files, locked, and our own pages."""
        folders = sorted({entry.path.parent for entry in self.house.entries})
        rooms = Rooms(self.kernel_manager, self.house.visitors or room_for())
        handlers: list[Any] = []
        for pattern, handler, *rest in super().init_handlers():
            if issubclass(handler, _LEFT_OUT):
                continue
            if handler is VoilaShutdownKernelHandler:
                handlers.append((pattern, Leaving, {"rooms": rooms}))
            elif handler is AllowListFileHandler:
                handlers.append((pattern, locked(FileBeside), {**rest[0], "folders": folders}))
            elif issubclass(handler, StaticFileHandler):
                handlers.append((pattern, locked(handler), *rest))
            else:
                handlers.append((pattern, handler, *rest))
        return [*handlers, *self._pages(rooms)]

    def _pages(self, rooms: Rooms) -> list[Any]:
        house = {"house": self.house}
        pages: list[Any] = [("/", GalleryPage, house)] if self.house.gallery else []
        for entry in self.house.entries:
            pattern = f"/{self.house.place(entry)}(.*)"
            pages.append((pattern, AppPage, {**house, "rooms": rooms, "entry": entry, **self._notebook(entry)}))
        return pages

    def _notebook(self, entry: Entry) -> dict[str, Any]:
        way = os.path.relpath(entry.path, self.root_dir)
        return {
            "folder": os.path.dirname(way),
            "notebook_path": way,
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
