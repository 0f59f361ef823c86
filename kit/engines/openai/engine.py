"""A model that a server runs, as an `Engine`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from kit.engines.openai.client import Client
from kit.engines.openai.request import Habits, path_for
from kit.engines.openai.score import score_one
from kit.engines.openai.stream import Stream
from kit.engines.openai.tokens import Tokens
from kit.engines.protocol import Distributions, Prompt, Score
from kit.errors import UnsupportedError
from kit.i18n import _

SLOTS = 1024  # requests at once; the server queues what it has no room for, and its queue is what is measured
_SCORED_AT_ONCE = 8


class OpenAIEngine:
    """An `Engine` around one model of a server that speaks OpenAI's protocol.

    What is not told by the protocol is found out: whether the server takes ``ignore_eos``, tells tokens, scores text.

    Parameters
    ----------
    url : str
        Up to and including /v1.
    model : str
        Its name on the server.
    key_variable : str, default ""
        The environment variable that holds the key of the server.
    options
        As `Client` takes them.
    """

    slots = SLOTS

    def __init__(self, url: str, model: str, *, key_variable: str = "", **options: Any) -> None:
        self.model = model
        self._client = Client(url, key_variable=key_variable, **options)
        self._tokens = Tokens(self._client, model)
        self._habits = Habits()

    def score(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> list[list[Score]]:
        """Return a score for each continuation of each prompt (see `Engine.score` and `score_one`)."""
        found = []
        with ThreadPoolExecutor(_SCORED_AT_ONCE) as pool:
            coming = [pool.submit(self._score, *pair) for pair in zip(prompts, continuations, strict=True)]
            try:
                for future in coming:
                    found.append(future.result())
                    if on_progress:
                        on_progress(len(found))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return found

    def _score(self, prompt: Prompt, continuations: Sequence[str]) -> list[Score]:
        return score_one(self._client, self._tokens, self.model, prompt, continuations)

    def distributions(self, texts: Sequence[str], *, places: int = 64) -> Iterator[Distributions]:
        """Raise `UnsupportedError`: servers tell a few of the likeliest tokens at best."""
        raise UnsupportedError(
            _("{url} does not tell what it expects over its whole vocabulary.").format(url=self._client.url),
            fix=_("Leave 'reference' out of the measures, or compare the same weights with engine='transformers'."),
        )

    def generate(
        self,
        prompt: Prompt,
        *,
        max_new_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        ignore_end: bool = False,
        stop: Sequence[str] = (),
    ) -> Stream:
        """Return the pieces of an answer as they come (see `Engine.generate`); one piece is mostly one token."""

        def body() -> dict[str, Any]:
            return self._habits.body(
                self.model,
                prompt,
                max_new_tokens=max_new_tokens,
                temperature=temperature,
                seed=seed,
                ignore_end=ignore_end,
                stop=stop,
            )

        return Stream(self._client, path_for(prompt), body, self._habits.amend)

    @property
    def refused(self) -> frozenset[str]:
        """What the server was found not to take, such as ``ignore_eos``."""
        return frozenset(self._habits.refused)

    def count_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens the model reads for `prompt` (see `Tokens.count`)."""
        return self._tokens.count(prompt)

    def footprint(self) -> int:
        """Return 0: a server does not tell what its weights take."""
        return 0

    def file_size(self) -> int:
        """Return 0: a server does not tell what its weights take."""
        return 0

    def close(self) -> None:
        """Close the connections; the server goes on."""
        self._client.close()
