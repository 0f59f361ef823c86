"""An answer that comes in pieces: the JSON of each server-sent event, as soon as its line is whole."""

from __future__ import annotations

import json
from typing import Any

_DONE = "[DONE]"
_TEXTS = ("content", "reasoning_content", "reasoning")  # of a chat's delta; thinking is written too


class Events:
    """Reads server-sent events from bytes that come in any pieces.

    https://html.spec.whatwg.org/multipage/server-sent-events.html (section 9.2.6)
    """

    def __init__(self) -> None:
        self._rest = b""
        self.done = False  # has the server said that all is said?

    def feed(self, content: bytes) -> list[dict[str, Any]]:
        """Take `content` in and return the objects that are whole with it.

        Raises
        ------
        ValueError
            An event is no JSON object.
        """
        *lines, self._rest = (self._rest + content).split(b"\n")
        found = []
        for line in lines:
            text = line.removesuffix(b"\r").decode("utf-8", "replace")
            data = text.removeprefix("data:").strip()
            if text == data or not data:  # a comment, another field, the end of an event
                continue
            if data == _DONE:
                self.done = True
                continue
            value = json.loads(data)
            if not isinstance(value, dict):
                raise ValueError(data[:80])
            found.append(value)
        return found


def text_of(event: dict[str, Any]) -> str:
    """Return what an event adds to the text of an answer."""
    choice = _choice(event)
    delta = choice.get("delta")
    if isinstance(delta, dict):
        return "".join(str(delta[name]) for name in _TEXTS if delta.get(name))
    return str(choice.get("text") or "")


def end_of(event: dict[str, Any]) -> str:
    """Return why the answer ends, such as "stop" or "length", where an event tells, else ""."""
    return str(_choice(event).get("finish_reason") or "")


def tokens_of(event: dict[str, Any]) -> int | None:
    """Return how many tokens the answer has, where an event tells."""
    usage = event.get("usage")
    value = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return value if isinstance(value, int) else None


def _choice(event: dict[str, Any]) -> dict[str, Any]:
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}
