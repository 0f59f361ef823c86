"""The Transformers engine."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from kit.engines.hf.distributions import distributions
from kit.engines.hf.generate import generate
from kit.engines.hf.pairs import encode_questions
from kit.engines.hf.prompt import encode, end_of_answer, start_of_text
from kit.engines.hf.score import score_answers
from kit.engines.hf.weights import file_size, footprint
from kit.engines.protocol import Distributions, Prompt, Score, Token
from kit.engines.writing import until


class TransformersEngine:
    """An `Engine` around a model that Transformers has loaded.

    Parameters
    ----------
    model, tokenizer
        As `kit.engines.hf.load` returns them.
    batch_size : int, default 32
        Rows scored at a time.
    """

    slots = 1

    def __init__(self, model: Any, tokenizer: Any, *, batch_size: int = 32) -> None:
        self.model, self.tokenizer, self.batch_size = model, tokenizer, batch_size
        self._context = getattr(model.config.get_text_config(), "max_position_embeddings", None)

    def score(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> list[list[Score]]:
        """Return a score for each continuation of each prompt (see `Engine.score`)."""
        questions = encode_questions(self.tokenizer, prompts, continuations, context=self._context)
        found = score_answers(
            self.model,
            [question.prompt for question in questions],
            [question.answers for question in questions],
            batch_size=self.batch_size,
            on_progress=_in_prompts(len(prompts), len(questions), on_progress),
        )
        table = [[Score(0.0, 0, True) for _ in texts] for texts in continuations]
        for question, scores in zip(questions, found, strict=True):
            for (row, number), score in zip(question.parts, scores, strict=True):
                table[row][number] += score
        return table

    def distributions(self, texts: Sequence[str], *, places: int = 64) -> Iterator[Distributions]:
        """Yield what the model expects at each place of each text (see `Engine.distributions`)."""
        return distributions(self.model, self.tokenizer, texts, places=places, context=self._context)

    def _encode(self, prompt: Prompt, room: int = 0) -> list[int]:
        limit = None if self._context is None else max(self._context - room, 1)
        # An empty prompt still needs a token to predict from.
        return encode(self.tokenizer, prompt, max_length=limit) or [start_of_text(self.tokenizer)]

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
        """Yield tokens as they are made (see `Engine.generate`)."""
        ends = () if ignore_end else (end_of_answer(self.tokenizer), self.tokenizer.eos_token_id)
        ids = self._encode(prompt, max_new_tokens)
        tokens = generate(
            self.model,
            self.tokenizer,
            ids,
            max_new_tokens=max_new_tokens,
            temperature=temperature,
            seed=seed,
            ends=ends,
        )
        return until(tokens, stop) if stop else tokens

    def count_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens the model reads for `prompt`."""
        return len(self._encode(prompt))

    def footprint(self) -> int:
        """Return the bytes of all weights in memory, quantization constants included, shared weights once."""
        return footprint(self.model)

    def file_size(self) -> int:
        """Return the bytes of the safetensors that the model saves to (it is saved for it, and deleted)."""
        return file_size(self.model)

    def close(self) -> None:
        """Give the memory back."""
        self.model = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _in_prompts(prompts: int, questions: int, heard: Callable[[int], None] | None) -> Callable[[int], None] | None:
    """Return what hears of questions and tells of prompts, of which long ones are several questions."""
    if heard is None or prompts == questions:
        return heard
    return lambda done: heard(done * prompts // questions)
