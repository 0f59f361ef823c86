"""From a variant to the engine of its server, once the server has said that it has the model."""

from __future__ import annotations

from typing import Any

from kit.engines.openai.client import Client
from kit.engines.openai.engine import OpenAIEngine
from kit.engines.spec import Variant
from kit.errors import ServerError, UnknownNameError
from kit.i18n import _


def open_engine(variant: Variant) -> OpenAIEngine:
    """Return the engine for a variant whose `engine` is a URL.

    Raises
    ------
    ServerError
        The server cannot be reached, or refuses.
    UnknownNameError
        It lists its models, and this is none of them.
    """
    engine = OpenAIEngine(variant.engine, variant.model, key_variable=variant.key_variable)
    try:
        find_listed(variant, engine._client)
    except BaseException:
        engine.close()
        raise
    return engine


def find_listed(variant: Variant, client: Client) -> dict[str, Any]:
    """Return what the server lists of the model at /models; nothing where it has no list.

    Raises
    ------
    UnknownNameError
        It has a list, without this model.
    """
    try:
        found = client.get("/models")
    except ServerError as exc:
        if exc.status in (404, 405, 501):
            return {}
        raise
    listed = found.get("data") if isinstance(found, dict) else None
    if not isinstance(listed, list) or not all(isinstance(entry, dict) and "id" in entry for entry in listed):
        return {}
    for entry in listed:
        if entry["id"] == variant.model:
            return dict(entry)
    names = [str(entry["id"]) for entry in listed]
    fix = _("Take one of the names that {url} lists.").format(url=client.url)
    raise UnknownNameError("model", variant.model, names, fix=fix)
