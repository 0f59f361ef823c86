"""Answers to questions that come again: found only where everything that decides the answer is the same."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

# What says who asks, and decides nothing.
_ABOUT_THE_ASKER = ("user", "metadata", "store", "safety_identifier", "prompt_cache_key")


class Answers:
    """The answers given last, as they went out.

    Parameters
    ----------
    room : int, bytes
        For all of them; what was used longest ago goes first.
    """

    def __init__(self, room: int) -> None:
        self._room, self._used = room, 0
        self._kept: OrderedDict[str, tuple[bytes, ...]] = OrderedDict()
        self.hits = 0
        self.misses = 0

    def get(self, key: str | None) -> tuple[bytes, ...] | None:
        """Return the pieces of an answer, or None where it is not here or must not be used."""
        if key is None:
            return None
        found = self._kept.get(key)
        if found is None:
            self.misses += 1
            return None
        self._kept.move_to_end(key)
        self.hits += 1
        return found

    def keep(self, key: str | None, pieces: tuple[bytes, ...]) -> None:
        """Keep a whole answer; one that is larger than the room is not kept."""
        size = sum(map(len, pieces))
        if key is None or size > self._room:
            return
        self._used += size - sum(map(len, self._kept.pop(key, ())))
        self._kept[key] = pieces
        while self._used > self._room:
            _key, old = self._kept.popitem(last=False)
            self._used -= sum(map(len, old))


def key_of(identity: str, path: str, asked: Mapping[str, Any]) -> str | None:
    """Return the key of a question: everything that decides its answer, or None where chance decides it too.

    Parameters
    ----------
    identity : str
        Of the weights, adapter merged in: by their content, not by their name.
    path : str
        Of the request, such as "/v1/chat/completions".
    asked : mapping
        Its body.
    """
    temperature = asked.get("temperature", 1.0)
    if temperature != 0 and asked.get("seed") is None:
        return None
    counts = {name: value for name, value in asked.items() if name not in _ABOUT_THE_ASKER}
    text = json.dumps([identity, path, counts], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
