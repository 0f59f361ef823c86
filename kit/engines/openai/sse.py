"""Server-sent events: the JSON of each, the moment its line is complete.

Lines are split at line feeds only. Splitting as Python's ``splitlines`` does would cut a text that holds a U+2028.
https://html.spec.whatwg.org/multipage/server-sent-events.html (section 9.2.6)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from kit.engines.openai import fault
from kit.errors import ServerError
from kit.i18n import _

DONE = "[DONE]"


def events(chunks: Iterable[bytes], *, url: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON object of each event, until the one that says that all is done.

    Yields an empty dict for that last one, so that a reader knows it from a connection that was lost.

    Raises
    ------
    ServerError
        An event is no JSON object, or tells of an error.
    """
    done = False
    for data in _payloads(chunks):
        if done:  # read to its end, a connection can be used again
            continue
        done = data == DONE
        yield {} if done else _parsed(data, url)


def _parsed(data: str, url: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise fault.strange(url, _("an event of its stream is no JSON object: {text!r}").format(text=data[:200]))
    if found.get("error"):
        raise ServerError(
            _("{url} gave an answer up: {said}.").format(url=url, said=fault.said_by(data).rstrip(".")),
            fix=_("Look into the log of the server."),
            url=url,
        )
    return found


def _payloads(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield what follows "data:" in each event; comments and other fields are left out."""
    lines: list[str] = []
    for line in _lines(chunks):
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")
    if rest:
        yield rest.removesuffix(b"\r").decode("utf-8", "replace")
