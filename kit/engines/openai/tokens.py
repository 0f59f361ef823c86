"""How many tokens a server reads for a prompt, and which, as far as it tells.

vLLM takes texts and messages at ``/tokenize``, llama.cpp texts only, which it makes of messages at
``/apply-template``. A server that has neither still tells the length of a prompt in the usage of an answer.
"""

from __future__ import annotations

import json
from typing import Any

from kit.engines.openai.client import Client
from kit.engines.openai.request import asked, path_for
from kit.engines.protocol import Prompt
from kit.errors import ServerError, UnsupportedError
from kit.i18n import _


class Tokens:
    """Asks one server for tokens; what was asked once is remembered.

    Parameters
    ----------
    model : str
        Its name on the server.
    """

    def __init__(self, client: Client, model: str) -> None:
        self._client, self._model = client, model
        self._tells = True  # has /tokenize, as far as is known
        self._counts: dict[str, int] = {}

    def ids(self, prompt: Prompt, *, special: bool = False) -> list[int] | None:
        """Return the tokens of a prompt, the start of an answer after messages, or None where the server tells none.

        Parameters
        ----------
        special : bool, default False
            Put the beginning of text before plain text, where the model has one.
        """
        if not self._tells:
            return None
        try:
            found = self._asked(prompt, special)
        except ServerError as exc:
            if exc.status is None or exc.status in (401, 403, 429) or exc.status >= 500:
                raise
            found = None
        self._tells = found is not None
        return found

    def count(self, prompt: Prompt) -> int:
        """Return how many tokens the model reads for `prompt`.

        Raises
        ------
        UnsupportedError
            The server does not tell.
        """
        name = json.dumps(prompt)
        if name not in self._counts:
            found = self.ids(prompt)
            self._counts[name] = self._by_usage(prompt) if found is None else len(found)
        return self._counts[name]

    def _asked(self, prompt: Prompt, special: bool) -> list[int] | None:
        body: dict[str, Any] = {"model": self._model, "add_special_tokens": special, **asked(prompt)}
        if isinstance(prompt, str):
            body |= {"content": prompt, "add_special": special}  # llama.cpp's names for the same
            return _ids(self._client.post("/tokenize", body, beside=True))
        try:
            found = _ids(self._client.post("/tokenize", {**body, "add_generation_prompt": True}, beside=True))
        except ServerError as exc:
            if exc.status not in (400, 422):
                raise
            found = None
        return found or self._templated(prompt)  # llama.cpp finds no token in messages

    def _templated(self, prompt: Prompt) -> list[int] | None:
        found = self._client.post("/apply-template", asked(prompt), beside=True)
        text = found.get("prompt") if isinstance(found, dict) else None
        return self._asked(text, False) if isinstance(text, str) else None

    def _by_usage(self, prompt: Prompt) -> int:
        body = {"model": self._model, **asked(prompt), "max_tokens": 1, "temperature": 0}
        found = self._client.post(path_for(prompt), body)
        usage = found.get("usage") if isinstance(found, dict) else None
        count = usage.get("prompt_tokens") if isinstance(usage, dict) else None
        if isinstance(count, int):
            return count
        raise UnsupportedError(
            _("{url} does not tell how many tokens a prompt has.").format(url=self._client.url),
            fix=_("Use a server that has /tokenize, or tells the usage of an answer."),
        )


def _ids(found: Any) -> list[int] | None:
    tokens = found.get("tokens") if isinstance(found, dict) else None
    whole = isinstance(tokens, list) and all(isinstance(token, int) for token in tokens)
    return list(tokens) if isinstance(tokens, list) and whole else None
