"""What an engine is: something that runs a variant, so that measuring code needs to know nothing else.

A prompt is a list of chat messages (the engine applies the model's chat template), or plain text that is taken as it
is. A continuation is plain text that may follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

Message = dict[str, str]
Prompt = str | list[Message]


@dataclass(frozen=True)
class Score:
    """How likely one continuation is after one prompt.

    Parameters
    ----------
    logprob : float
        Natural logarithm of the probability, summed over the tokens.
    tokens : int
        How many tokens were summed.
    """

    logprob: float
    tokens: int


@dataclass(frozen=True)
class Token:
    """One generated token: its id in the vocabulary, and the text it adds (which may be empty)."""

    id: int
    text: str


class Engine(Protocol):
    """Runs one variant."""

    def score(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> list[list[Score]]:
        """Return a score for each continuation of each prompt; `on_progress` hears how many prompts are done."""
        ...

    def generate(
        self,
        prompt: Prompt,
        *,
        max_new_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        ignore_end: bool = False,
    ) -> Iterator[Token]:
        """Yield tokens as they are made; `ignore_end` goes on past the end of the answer, for timing."""
        ...

    def count_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens the model reads for `prompt`."""
        ...

    def footprint(self) -> int:
        """Return the bytes that the weights take in memory, scales and other constants included."""
        ...

    def file_size(self) -> int:
        """Return the bytes that the weights take on disk in this form."""
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...
