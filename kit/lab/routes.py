"""Which address does what. Each handler reads its request and calls one function of the rooms below."""

from __future__ import annotations

from typing import Any

from jupyter_server.utils import url_path_join
from tornado.web import authenticated

from kit.lab import apps, desk, log
from kit.lab.body import text
from kit.lab.data import check_data
from kit.lab.handler import SLOW, Handler
from kit.lab.machine import machine_now
from kit.lab.models import drop_model, get_model, models_now

API = ("tunebook", "api")
_MOST_RUNS = 1000


class MachineHandler(Handler):
    """What this machine is and has free."""

    tagged = False  # it is another one each time

    @authenticated
    async def get(self) -> None:
        """Tell it."""
        self.no_body()
        await self.reply(machine_now)


class RunsHandler(Handler):
    """All runs."""

    @authenticated
    async def get(self) -> None:
        """List those that are described."""
        self.no_body()
        states, kinds = self.get_arguments("state"), self.get_arguments("kind")
        words = text("text", self.get_argument("text", ""))
        limit = self.whole("limit", 100, low=1, high=_MOST_RUNS)
        await self.reply_json(lambda: self.book.page(state=states or None, kind=kinds or None, text=words, limit=limit))


class RunHandler(Handler):
    """One run."""

    @authenticated
    async def get(self, id: str) -> None:
        """Tell all of it."""
        self.no_body()
        await self.reply(lambda: self.book.detail(id))

    @authenticated
    async def delete(self, id: str) -> None:
        """Move it to the trash."""
        self.no_body()
        await self.reply(lambda: self.book.delete(id))


class LogHandler(Handler):
    """What a run printed."""

    tagged = False

    @authenticated
    async def get(self, id: str) -> None:
        """Tell a stretch of it."""
        self.no_body()
        offset = self.whole("offset", 0, low=-(2**53), high=2**53)
        limit = self.whole("limit", log.MOST, low=-(2**53), high=2**53)
        await self.reply(lambda: self.book.log(id, offset=offset, limit=limit))


class StopHandler(Handler):
    """Stopping a run."""

    @authenticated
    async def post(self, id: str) -> None:
        """Ask it to stop."""
        self.fields()
        await self.reply(lambda: self.book.stop(id), status=202)


class ResumeHandler(Handler):
    """Going on with a run."""

    @authenticated
    async def post(self, id: str) -> None:
        """Take it up again."""
        now = self.fields(now="flag?")["now"]
        await self.reply(lambda: self.book.resume(id, now=now), status=202, on=SLOW)


class RestoreHandler(Handler):
    """Bringing a run back from the trash."""

    @authenticated
    async def post(self, id: str) -> None:
        """Bring it back."""
        self.fields()
        await self.reply(lambda: self.book.restore(id))


class ModelsHandler(Handler):
    """All models."""

    @authenticated
    async def get(self) -> None:
        """List what is on the disk, on its way and to be had."""
        self.no_body()
        await self.reply(lambda: models_now(self.book))


class GetModelHandler(Handler):
    """Fetching a model."""

    @authenticated
    async def post(self) -> None:
        """Start a run that fetches it."""
        name = self.fields(name="text")["name"]
        await self.reply(lambda: get_model(self.book, name), status=202, on=SLOW)


class ModelHandler(Handler):
    """One model on the disk."""

    @authenticated
    async def delete(self, name: str) -> None:
        """Remove its weights."""
        self.no_body()
        await self.reply(lambda: drop_model(self.book, name), on=SLOW)


class CompareHandler(Handler):
    """Runs beside each other."""

    @authenticated
    async def post(self) -> None:
        """Write a notebook that compares them."""
        values = self.fields(ids="texts", folder="text")
        await self.reply(lambda: desk.compare(self.book, values["ids"], values["folder"]), status=201)


class RerunHandler(Handler):
    """A run once more."""

    @authenticated
    async def post(self, id: str) -> None:
        """Write a notebook that reproduces it."""
        folder = self.fields(folder="text")["folder"]
        await self.reply(lambda: desk.rerun(self.book, id, folder), status=201)


class TemplatesHandler(Handler):
    """Notebooks to start from."""

    @authenticated
    async def get(self) -> None:
        """List them."""
        self.no_body()
        await self.reply(desk.list_templates)


class CopyHandler(Handler):
    """One notebook to start from."""

    @authenticated
    async def post(self, name: str) -> None:
        """Copy it."""
        folder = self.fields(folder="text")["folder"]
        await self.reply(lambda: desk.copy(self.root, name, folder), status=201)


class PanelsHandler(Handler):
    """Panels for notebooks."""

    @authenticated
    async def get(self) -> None:
        """List them."""
        self.no_body()
        await self.reply(desk.list_panels)


class ExperimentsHandler(Handler):
    """New experiments."""

    @authenticated
    async def get(self) -> None:
        """Tell what there is to choose."""
        self.no_body()
        await self.reply(desk.list_choices)

    @authenticated
    async def post(self) -> None:
        """Write the notebook of one."""
        values = self.fields(data="text", task="text", goal="text", folder="text", text="text?", label="text?")
        await self.reply(lambda: desk.experiment(self.root, values), status=201, on=SLOW)


class DataHandler(Handler):
    """Data files."""

    @authenticated
    async def post(self) -> None:
        """Look at one."""
        values = self.fields(path="text", text="text?", label="text?")
        await self.reply(lambda: check_data(self.root, values["path"], values["text"], values["label"]), on=SLOW)


class CheckAppHandler(Handler):
    """A notebook before it is published."""

    @authenticated
    async def post(self) -> None:
        """Look at it without running it."""
        path = self.fields(path="text")["path"]
        await self.reply(lambda: apps.check_app(self.root, path), on=SLOW)


class PublishHandler(Handler):
    """A notebook as a bundle."""

    @authenticated
    async def post(self) -> None:
        """Start a run that makes it."""
        values = self.fields(path="text", folder="text")
        await self.reply(lambda: apps.publish_app(self.book, values["path"], values["folder"]), status=202, on=SLOW)


ROUTES: tuple[tuple[str, type[Handler]], ...] = (
    (r"machine", MachineHandler),
    (r"runs", RunsHandler),
    (r"runs/compare", CompareHandler),
    (r"runs/([^/]+)", RunHandler),
    (r"runs/([^/]+)/log", LogHandler),
    (r"runs/([^/]+)/stop", StopHandler),
    (r"runs/([^/]+)/resume", ResumeHandler),
    (r"runs/([^/]+)/restore", RestoreHandler),
    (r"runs/([^/]+)/notebook", RerunHandler),
    (r"models", ModelsHandler),
    (r"models/get", GetModelHandler),
    (r"models/(.+)", ModelHandler),
    (r"templates", TemplatesHandler),
    (r"templates/([^/]+)/copy", CopyHandler),
    (r"panels", PanelsHandler),
    (r"experiments", ExperimentsHandler),
    (r"data/check", DataHandler),
    (r"apps/check", CheckAppHandler),
    (r"apps/publish", PublishHandler),
)


def routes(base_url: str) -> list[tuple[str, Any]]:
    """Return every address with its handler, for a server that lives at `base_url`."""
    return [(url_path_join(base_url, *API, pattern), handler) for pattern, handler in ROUTES]
