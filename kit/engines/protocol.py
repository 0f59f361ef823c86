"""What an engine is: something that runs a variant, so that measuring code needs to know nothing else.

A prompt is a list of chat messages (the engine applies the model's chat template), or plain text that is taken as it
is. A continuation is plain text that may follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy

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
    greedy : bool, default False
        Is each of its tokens the likeliest at its place?
    """

    logprob: float
    tokens: int
    greedy: bool = False

    def __add__(self, other: Score) -> Score:
        """Return the score of two parts of one continuation."""
        return Score(self.logprob + other.logprob, self.tokens + other.tokens, self.greedy and other.greedy)


@dataclass(frozen=True)
class Token:
    """One generated token: its id in the vocabulary, and the text it adds (which may be empty)."""

    id: int
    text: str


@dataclass(frozen=True, eq=False)
class Distributions:
    """What a model expects at some successive places of one text.

    Parameters
    ----------
    text : int
        Which text, by its place in what was asked.
    tokens : ndarray [n], int64
        The tokens that stand there.
    logprobs : ndarray [n, vocabulary], float32
        The logarithm of the probability of each token of the vocabulary, there.
    """

    text: int
    tokens: numpy.ndarray
    logprobs: numpy.ndarray


class Engine(Protocol):
    """Runs one variant.

    Parameters
    ----------
    slots : int
        How many answers it can write at the same time; 1 for a model in this process.
    """

    slots: int

    def score(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> list[list[Score]]:
        """Return a score for each continuation of each prompt; `on_progress` hears how many prompts are done.

        Prompt and continuation are turned into tokens together, blanks at the end of a plain-text prompt counted to
        the continuation. After an empty prompt, a text longer than the context is read in windows.
        """
        ...

    def distributions(self, texts: Sequence[str], *, places: int = 64) -> Iterator[Distributions]:
        """Yield what the model expects at each place of each plain text, in order, at most `places` at a time.

        The first token is expected after the beginning of text; of a text longer than the context, the rest is left
        out. Raises `UnsupportedError` where an engine does not tell.
        """
        ...

    def generate(
        self,
        prompt: Prompt,
        *,
        max_new_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        ignore_end: bool = False,
        stop: Sequence[str] = (),
    ) -> Iterator[Token]:
        """Yield tokens as they are made.

        `ignore_end` goes on past the end of the answer, for timing; the answer ends before any text of `stop`.
        """
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
