"""What the service calls a model, or a variant that was measured; and which of them it can hold."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import httpx

from kit.engines.spec import Variant
from kit.errors import KitError
from kit.models.catalogue import catalogue
from kit.models.reference import refer
from kit.service.engine import holds
from kit.service.found import URL, Found
from kit.service.spec import ServiceSpec


def served_name(variant: Variant) -> str | None:
    """Return what the service of this machine calls `variant`, or None where it holds nothing like it.

    It holds GGUF files and OpenVINO's graphs, and on a GPU with vLLM what that holds; files that lie anywhere are for
    their owner to name.
    """
    if variant.remote or variant.calibration is not None or _lies_somewhere(variant.model):
        return None
    held = holds(ServiceSpec(), variant.model, variant.method)
    return f"{variant.model}@{variant.method}" if held else None


def _lies_somewhere(model: str) -> bool:
    try:
        return refer(model).kind == "path"
    except KitError:
        return True


def elsewhere() -> bool:
    """Does another service stand in for this machine's own?"""
    return bool(os.environ.get(URL, "").strip())


async def name_there(http: httpx.AsyncClient, found: Found, name: str) -> str:
    """Return what the service calls the model that we call `name`; another than ours may have its own word for it."""
    if found.ours:
        return name
    listed = await _listed(http, found)
    return choose_name(name, listed)


def choose_name(name: str, listed: Sequence[str]) -> str:
    """Return the name among those `listed` that means `name`: itself, without its method, its hub id, the only one."""
    model = name.partition("@")[0]
    card = catalogue().get(model)
    known = [name, model, *([card.hub_id] if card is not None else [])]
    found = next((each for each in known if each in listed), None)
    return found or (listed[0] if len(listed) == 1 else name)


async def _listed(http: httpx.AsyncClient, found: Found) -> list[str]:
    """Return the names of the models that a service tells of; none where it does not tell."""
    try:
        answer: Any = (await http.get(found.url + "/models")).json()
        return [str(each["id"]) for each in answer["data"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return []
