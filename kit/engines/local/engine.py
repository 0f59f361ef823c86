"""An engine around a decoder of another library."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from kit.engines.hf.pairs import Question, encode_questions
from kit.engines.hf.prompt import encode, end_of_answer, start_of_text
from kit.engines.local.decoder import Decoder
from kit.engines.local.memory import Remembering
from kit.engines.local.probability import drawn, log_softmax
from kit.engines.protocol import Distributions, Prompt, Score, Token
from kit.engines.writing import new_text, until


class LocalEngine:
    """An `Engine` around a decoder, with the tokenizer of the model as Transformers reads it.

    One text is read at a time, and what it begins with like the one before is not read again: an instruction that all
    prompts share costs once.

    Parameters
    ----------
    decoder : Decoder
    tokenizer : transformers tokenizer
    """

    slots = 1

    def __init__(self, decoder: Decoder, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._decoder: Decoder | None = decoder
        self._texts = Remembering(decoder)
        self._context = decoder.context

    def score(
        self,
        prompts: Sequence[Prompt],
        continuations: Sequence[Sequence[str]],
        *,
        on_progress: Callable[[int], None] | None = None,
    ) -> list[list[Score]]:
        """Return a score for each continuation of each prompt (see `Engine.score`)."""
        questions = encode_questions(self.tokenizer, prompts, continuations, context=self._context)
        table = [[Score(0.0, 0, True) for _ in texts] for texts in continuations]
        for done, question in enumerate(questions, start=1):
            for (row, number), score in zip(question.parts, self._scores(question), strict=True):
                table[row][number] += score
            if on_progress is not None:
                on_progress(done * len(prompts) // len(questions))
        return table

    def _scores(self, question: Question) -> Iterator[Score]:
        """Yield the score of each answer; the place before them is looked at once."""
        prompt, first = list(question.prompt), None
        for answer in question.answers:
            if first is None:
                first = self._texts.after(prompt)
            rest = self._texts.after([*prompt, *answer[:-1]], keep=len(answer) - 1) if len(answer) > 1 else None
            table = log_softmax(first if rest is None else numpy.concatenate([first, rest]))
            chosen = table[numpy.arange(len(answer)), answer]
            yield Score(float(chosen.sum()), len(answer), bool((chosen >= table.max(axis=-1)).all()))

    def distributions(self, texts: Sequence[str], *, places: int = 64) -> Iterator[Distributions]:
        """Yield what the model expects at each place of each text (see `Engine.distributions`)."""
        for number, text in enumerate(texts):
            tokens = list(self.tokenizer(text, add_special_tokens=False)["input_ids"])[: self._context]
            read = [start_of_text(self.tokenizer), *tokens[:-1]]
            for start in range(0, len(tokens), places):
                end = min(start + places, len(tokens))
                table = log_softmax(self._texts.after(read[:end], keep=end - start))
                yield Distributions(number, numpy.array(tokens[start:end], dtype=numpy.int64), table)

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
        draw = numpy.random.default_rng(seed)
        tokens = self._written(self._encode(prompt, max_new_tokens), max_new_tokens, temperature, draw, ends)
        return until(tokens, stop) if stop else tokens

    def _written(
        self, ids: list[int], most: int, temperature: float, draw: numpy.random.Generator, ends: Sequence[int]
    ) -> Iterator[Token]:
        made: list[int] = []
        shown = 0  # tokens whose text has been handed out
        # A prompt that was read before is read again: the time to a first token is that of a new question.
        self._texts.begin_anew()
        for _ in range(most):
            logits = self._texts.after([*ids, *made])[0]
            token = int(logits.argmax()) if temperature == 0 else drawn(logits, temperature, draw)
            if token in ends:
                return
            made.append(token)
            text = new_text(self.tokenizer, made, shown)
            shown = len(made) if text else shown
            yield Token(token, text)

    def _encode(self, prompt: Prompt, room: int = 0) -> list[int]:
        limit = None if self._context is None else max(self._context - room, 1)
        # An empty prompt still needs a token to predict from.
        return encode(self.tokenizer, prompt, max_length=limit) or [start_of_text(self.tokenizer)]

    def count_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens the model reads for `prompt`."""
        return len(self._encode(prompt))

    def footprint(self) -> int:
        """Return the bytes that the weights take in memory."""
        return self._open.footprint()

    def file_size(self) -> int:
        """Return the bytes that the weights take on disk."""
        return self._open.file_size()

    @property
    def _open(self) -> Decoder:
        assert self._decoder is not None, "the engine was closed"
        return self._decoder

    def close(self) -> None:
        """Give the memory back."""
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None
            gc.collect()
