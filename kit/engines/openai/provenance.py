"""Which model exactly a server runs, as far as it tells."""

from __future__ import annotations

from typing import Any

from kit.engines.openai.address import base
from kit.engines.openai.client import Client
from kit.engines.openai.open import find_listed
from kit.engines.spec import Variant
from kit.errors import ServerError

# Of what /models tells, what stays the same from one request to the next: vLLM tells the time of asking as "created".
_LASTING = ("id", "object", "owned_by", "root", "parent", "max_model_len", "meta")


def server_provenance(variant: Variant) -> dict[str, Any]:
    """Return where the model of a variant comes from whose `engine` is a URL, as plain values.

    Returns
    -------
    dict
        "name", "origin" ("server"), "source" (the URL), "revision", "files" (none are seen), "listed" (what the server
        tells of the model) and "server_version". What it does not tell is said, as "unknown: " and why.

    Raises
    ------
    ServerError, UnknownNameError
        The server cannot be asked, or does not have the model.
    """
    client = Client(variant.engine, key_variable=variant.key_variable)
    try:
        listed = find_listed(variant, client)
        version = _version(client)
    finally:
        client.close()
    return {
        "name": variant.model,
        "origin": "server",
        "source": base(variant.engine),
        "revision": "unknown: a server does not tell",
        "files": {},
        "listed": {name: listed[name] for name in _LASTING if name in listed},
        "server_version": version,
    }


def _version(client: Client) -> str:
    try:
        found = client.get("/version", beside=True)
    except ServerError:
        return "unknown: the server does not tell"
    version = found.get("version") if isinstance(found, dict) else None
    return str(version) if version else "unknown: the server does not tell"
