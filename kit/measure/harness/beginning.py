"""Read whole texts as lm-eval does with tokenizers that put a mark at the beginning of each text.

Those of Llama and Gemma do. lm-eval then predicts that mark too, after another one; an engine, asked for what follows
an empty prompt, does not. The difference is one token in each text, and perplexities of short texts tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kit.engines import Engine, Prompt, Score


class Begun:
    """An engine that scores texts with the mark that its tokenizer puts before them.

    Parameters
    ----------
    engine : Engine
        Of those with a tokenizer here, the mark is known; others are asked for the texts as they are.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._mark = engine, _mark(getattr(engine, "tokenizer", None))

    def __getattr__(self, name: str) -> Any:  # all else is as the engine has it
        return getattr(self._engine, name)

    def score(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> list[list[Score]]:
        """Return a score for each text, its mark included."""
        begun = [[self._begun(text) for text in texts] for texts in continuations]
        return self._engine.score(prompts, begun, on_progress=on_progress)

    def _begun(self, text: str) -> str:
        return text if text.startswith(self._mark) else self._mark + text


def _mark(tokenizer: Any) -> str:
    start = getattr(tokenizer, "bos_token_id", None)
    if start is None or tokenizer("a")["input_ids"][0] != start:
        return ""
    return str(tokenizer.bos_token)
