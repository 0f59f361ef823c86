"""Voila with its last open door closed.

Voila 0.5 asks for the token at the page and at the kernels, but gives the pictures that lie beside a notebook to
everybody. Here they are for visitors who have the token, too.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import authenticated
from voila.app import Voila
from voila.static_file_handler import AllowListFileHandler


class GuardedFileHandler(JupyterHandler, AllowListFileHandler):  # type: ignore[misc]
    """Gives out files that are on the allow-list, to those who have the token."""

    @authenticated
    async def get(self, path: str, include_body: bool = True) -> None:
        """Answer a request for one file."""
        await AllowListFileHandler.get(self, path, include_body)

    @authenticated
    async def head(self, path: str) -> None:
        """Answer a request for what is known of one file."""
        await AllowListFileHandler.get(self, path, include_body=False)


class GuardedVoila(Voila):  # type: ignore[misc]
    """Voila that gives nothing of the notebook's folder to strangers."""

    def init_handlers(self) -> list[Any]:
        """Return Voila's handlers, the one for files replaced."""
        handlers = []
        for pattern, handler, *rest in super().init_handlers():
            handlers.append((pattern, GuardedFileHandler if handler is AllowListFileHandler else handler, *rest))
        return handlers
