"""The pages of the server: gallery, apps, the line in front of them, the login."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.login import LoginFormHandler
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, authenticated
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler

from kit.apps.gallery.cards import gallery_page
from kit.apps.gallery.entry import Entry
from kit.apps.gallery.foot import foot, with_foot
from kit.apps.gallery.login import login_page
from kit.apps.gallery.waiting import waiting_page
from kit.apps.house import House
from kit.apps.rooms import Rooms, Visit
from kit.apps.settings import THEMES
from kit.apps.tries import Tries
from kit.i18n import _

_TICKET_LENGTH = 64


def theme_of(handler: JupyterHandler, usual: str) -> str:
    """Return the look that a request asks for, or the usual one where it asks for none that there is."""
    asked = str(handler.get_query_argument("theme", usual))
    return asked if asked in THEMES else usual


class GalleryPage(JupyterHandler):  # type: ignore[misc]
    """The page before the apps."""

    def initialize(self, house: House) -> None:
        """Keep what is served."""
        self.house = house

    @authenticated
    async def get(self) -> None:
        """Show a card for each app."""
        theme = theme_of(self, self.house.theme)
        query = "" if theme == self.house.theme else f"?theme={theme}"
        told = await asyncio.to_thread(lambda: [entry.told() for entry in self.house.entries])
        places = [url_path_join(self.base_url, self.house.place(entry)) + query for entry in self.house.entries]
        other = next(each for each in THEMES if each != theme)
        self.set_header("Cache-Control", "no-store")
        self.finish(
            gallery_page(
                list(zip(places, told, strict=True)),
                theme=theme,
                other=f"{self.base_url}?theme={other}",
                owner=self.house.allow_start,
            )
        )


class AppPage(TornadoVoilaHandler):  # type: ignore[misc]
    """An app, where there is room; else the page that waits."""

    def initialize(self, house: House, rooms: Rooms, entry: Entry, folder: str, **settings: Any) -> None:
        """Keep what is served; `folder` is the way from the server's root to the notebook's folder."""
        super().initialize(**settings)
        self.house, self.rooms, self.entry, self.folder = house, rooms, entry, folder
        self.visit: Visit | None = None

    @property
    def kernel_manager(self) -> Any:
        """The kernel manager, as this visit sees it."""
        return self.visit or super().kernel_manager

    @authenticated
    async def get(self, path: str | None = None) -> None:
        """Show the app, or tell the place in the line."""
        if path:
            self.redirect(url_path_join(self.base_url, "voila", "files", self.folder, quote(path)))
            return
        if self.get_query_argument("theme", "light") not in THEMES:
            del self.request.arguments["theme"], self.request.query_arguments["theme"]
        ticket = self.get_query_argument("ticket", "")[:_TICKET_LENGTH] or secrets.token_urlsafe(9)
        place = await self.rooms.ask(ticket)
        if self.get_query_argument("place", ""):
            self.set_header("Content-Type", "application/json")
            self.finish(json.dumps({"place": place}))
        elif place:
            await self._wait(ticket, place)
        else:
            await self._show(ticket)

    async def _show(self, ticket: str) -> None:
        told = await asyncio.to_thread(self.entry.told)
        home = self.base_url if self.house.gallery else ""
        below = foot(told, owner=self.house.allow_start, home=home)
        async with self.rooms.visit(ticket) as self.visit:
            self.visit.notebook = str(self.entry.path)
            async for html in self.get_generator():
                shown = with_foot(html, below)
                below = below if shown == html else ""  # once is enough
                self.write(shown)
                self.flush()
        RequestInfoSocketHandler._cache.pop(self.visit.kernel, None)  # Voila would keep each request for ever

    async def _wait(self, ticket: str, place: int) -> None:
        told = await asyncio.to_thread(self.entry.told)
        kept = {name: self.get_query_argument(name) for name in ("theme", "token") if name in self.request.arguments}
        self.set_status(503)
        self.set_header("Retry-After", "5")
        self.set_header("Cache-Control", "no-store")
        self.finish(
            waiting_page(
                told["title"],
                place,
                ask="?" + urlencode({"ticket": ticket, "place": 1}),
                enter="?" + urlencode({**kept, "ticket": ticket}),
                visitors=self.rooms.line.visitors,
                theme=theme_of(self, self.house.theme),
            )
        )


class Leaving(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """Hears that a page goes.

    Browsers let a page that goes say so only without the mark against forged requests, so Voila refuses to hear it.
    Here the name of the kernel is mark enough: nobody but its page knows it, and a page that is still there keeps it.
    """

    def initialize(self, rooms: Rooms) -> None:
        """Keep the places."""
        super().initialize()
        self.rooms = rooms

    def check_xsrf_cookie(self) -> None:
        """Ask for no mark."""

    @authenticated
    async def post(self, kernel_id: str) -> None:
        """Let the kernel go when its page is gone."""
        self.set_status(204)
        self.finish()
        await self.rooms.left(kernel_id)


class LoginPage(LoginFormHandler):  # type: ignore[misc]
    """The page that asks for the token or the password; guessing is slowed down."""

    tries = Tries()
    theme = "light"

    def _render(self, message: Any = None) -> None:
        problem = _("That was not right. Try again.") if message else ""
        self._page(problem)

    def _page(self, problem: str = "") -> None:
        after = self.get_query_argument("next", self.base_url)
        self.finish(
            login_page(
                password=bool(getattr(self.identity_provider, "hashed_password", "")),
                guard=self.xsrf_form_html(),
                action="?" + urlencode({"next": after}),
                problem=problem,
                theme=theme_of(self, self.theme),
            )
        )

    @allow_unauthenticated
    def post(self) -> None:
        """Let somebody in who knows the word."""
        address, now = str(self.request.remote_ip), time.monotonic()
        if not self.tries.allowed(address, now):
            self.set_status(429)
            self.set_header("Retry-After", "60")
            self._page(_("Too many wrong tries. Wait a minute, then try again."))
            return
        super().post()
        if self.get_status() == 401:
            self.tries.wrong(address, now)


def files_in(folders: list[Path], path: str) -> None:
    """Raise unless the file at `path` lies beside one of the notebooks, or below."""
    if not any(Path(path).resolve().is_relative_to(folder) for folder in folders):
        raise HTTPError(403)
