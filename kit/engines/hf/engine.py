"""The Transformers engine."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from kit.engines.hf.generate import generate
from kit.engines.hf.prompt import encode, encode_answers, encode_labels, end_of_answer
from kit.engines.hf.score import score_labels, score_pairs
from kit.engines.protocol import Prompt, Score, Token


class TransformersEngine:
    """An `Engine` around a model that Transformers has loaded.

    Parameters
    ----------
    model, tokenizer
        As `kit.engines.hf.load` returns them.
    batch_size : int, default 32
        Rows scored at a time.
    """

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
        coded = {texts: self._encode_choices(texts, prompts[0]) for texts in {tuple(texts) for texts in continuations}}
        choices = [coded[tuple(texts)] for texts in continuations]
        room = max((len(ids) for row in coded.values() for ids in row), default=0)
        questions = [self._encode(prompt, room) for prompt in prompts]
        pad = self.tokenizer.pad_token_id or 0
        if len(coded) == 1:
            table = score_labels(
                self.model, questions, choices[0], batch_size=self.batch_size, pad=pad, on_progress=on_progress
            )
            return [[Score(x, len(ids)) for x, ids in zip(row, choices[0], strict=True)] for row in table.tolist()]
        pairs = [(question, ids) for question, row in zip(questions, choices, strict=True) for ids in row]
        flat = iter(
            score_pairs(self.model, pairs, batch_size=self.batch_size, pad=pad, on_progress=on_progress).tolist()
        )
        return [[Score(next(flat), len(ids)) for ids in row] for row in choices]

    def _encode_choices(self, texts: Sequence[str], prompt: Prompt) -> list[list[int]]:
        if isinstance(prompt, str):  # plain text has no end of an answer
            return encode_answers(self.tokenizer, texts)
        return encode_labels(self.tokenizer, texts)

    def _encode(self, prompt: Prompt, room: int = 0) -> list[int]:
        limit = None if self._context is None else max(self._context - room, 1)
        ids = encode(self.tokenizer, prompt, max_length=limit)
        # An empty prompt still needs a token to predict from: the beginning of text, or what stands for it.
        start = self.tokenizer.bos_token_id
        return ids or [self.tokenizer.eos_token_id if start is None else start]

    def generate(
        self,
        prompt: Prompt,
        *,
        max_new_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        ignore_end: bool = False,
    ) -> Iterator[Token]:
        """Yield tokens as they are made (see `Engine.generate`)."""
        ends = () if ignore_end else (end_of_answer(self.tokenizer), self.tokenizer.eos_token_id)
        ids = self._encode(prompt, max_new_tokens)
        return generate(
            self.model,
            self.tokenizer,
            ids,
            max_new_tokens=max_new_tokens,
            temperature=temperature,
            seed=seed,
            ends=ends,
        )

    def count_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens the model reads for `prompt`."""
        return len(self._encode(prompt))

    def footprint(self) -> int:
        """Return the bytes of all weights in memory, quantization constants included, shared weights once."""
        seen: dict[int, int] = {}
        for tensor in _tensors(self.model):
            storage = tensor.untyped_storage()
            seen[storage.data_ptr()] = storage.nbytes()
        return sum(seen.values())

    def file_size(self) -> int:
        """Return the bytes of the safetensors that the model saves to (it is saved for it, and deleted)."""
        with tempfile.TemporaryDirectory() as folder:
            self.model.save_pretrained(folder)
            return sum(path.stat().st_size for path in Path(folder).glob("*.safetensors"))

    def close(self) -> None:
        """Give the memory back."""
        self.model = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _tensors(model: Any) -> Iterator[torch.Tensor]:
    """Yield every tensor that holds weights.

    bitsandbytes hangs its constants on the weight itself and, with 8 bits, moves them to the layer's `state` when the
    layer is first used.
    """
    for weight in (*model.parameters(), *model.buffers()):
        yield weight
        for holder in (getattr(weight, "quant_state", None), weight):
            yield from _constants(holder)
    for layer in model.modules():
        yield from _constants(getattr(layer, "state", None))


def _constants(holder: Any) -> Iterator[torch.Tensor]:
    for name in ("absmax", "code", "offset", "SCB", "CB"):
        value = getattr(holder, name, None)
        if isinstance(value, torch.Tensor):
            yield value
    nested = getattr(holder, "state2", None)
    if nested is not None:
        yield from _constants(nested)
