"""What is asked of a server for one answer, without what it was found not to take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.engines.protocol import Prompt
from kit.errors import ServerError

# Beyond the core of the protocol: left out for a server that complains of the name.
_OPTIONAL = ("ignore_eos", "stream_options", "seed")
_LIMIT, _NEWER_LIMIT = "max_tokens", "max_completion_tokens"


class Habits:
    """What one server was found to take; learnt from its complaints, once."""

    def __init__(self) -> None:
        self.refused: frozenset[str] = frozenset()
        self._limit = _LIMIT

    def body(
        self,
        model: str,
        prompt: Prompt,
        *,
        max_new_tokens: int,
        temperature: float,
        seed: int,
        ignore_end: bool,
        stop: Sequence[str],
    ) -> dict[str, Any]:
        """Return the request for a streamed answer."""
        wanted: dict[str, Any] = {
            "model": model,
            **asked(prompt),
            self._limit: max_new_tokens,
            "temperature": temperature,
            "seed": seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if ignore_end:
            wanted["ignore_eos"] = True
        if stop:
            wanted["stop"] = list(stop)
        return {name: value for name, value in wanted.items() if name not in self.refused}

    def amend(self, exc: ServerError, body: dict[str, Any]) -> bool:
        """Learn from what the server said of `body`; say whether it may be asked again, otherwise."""
        if exc.status not in (400, 422):
            return False
        if _NEWER_LIMIT in exc.problem and _LIMIT in body:
            self._limit = _NEWER_LIMIT
            return True
        named = {name for name in _OPTIONAL if name in body and name in exc.problem}
        self.refused |= named
        return bool(named)


def asked(prompt: Prompt) -> dict[str, Any]:
    """Return the part of a request that holds the question."""
    return {"prompt": prompt} if isinstance(prompt, str) else {"messages": prompt}


def path_for(prompt: Prompt) -> str:
    """Return where a question is put: the server applies its chat template to messages."""
    return "/completions" if isinstance(prompt, str) else "/chat/completions"
