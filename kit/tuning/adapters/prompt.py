"""A learned prompt: virtual tokens before each question (Lester et al. 2021, arXiv:2104.08691).

They are tokens with numbers behind those of the vocabulary, so rows begin with them like with any others: packing,
shared beginnings and caches see nothing new. Only the input layer knows that their vectors train.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from kit.tuning.example import Example


class LearnedPrompt(nn.Module):
    """The input layer of a model, with the vectors of virtual tokens behind its own.

    Parameters
    ----------
    words : nn.Embedding
        Frozen.
    count : int
        How many virtual tokens; they begin as tokens of the vocabulary, drawn at random (section 3.2 of the paper).

    Attributes
    ----------
    off : bool
        Do rows begin without it now?
    """

    def __init__(self, words: nn.Embedding, count: int) -> None:
        super().__init__()
        self.words = words.requires_grad_(False)
        drawn = torch.randperm(words.num_embeddings)[:count] if count <= words.num_embeddings else None
        drawn = torch.randint(words.num_embeddings, (count,)) if drawn is None else drawn
        self.prompt = nn.Parameter(words.weight.detach()[drawn.to(words.weight.device)].float())
        self.off = False

    @property
    def weight(self) -> torch.Tensor:
        """The vectors of the vocabulary, where others look for them."""
        return self.words.weight

    @property
    def ids(self) -> tuple[int, ...]:
        """The numbers of the virtual tokens."""
        first = self.words.num_embeddings
        return tuple(range(first, first + len(self.prompt)))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the vectors of `ids` [...], as [..., d]."""
        places = ids - self.words.num_embeddings
        virtual = places >= 0
        vectors: torch.Tensor = self.words(ids.masked_fill(virtual, 0))
        learned = nn.functional.embedding(places.clamp(min=0), self.prompt)
        return torch.where(virtual[..., None], learned.to(vectors.dtype), vectors)


def add_prompt(model: Any, count: int) -> Any:
    """Freeze `model` and give it a learned prompt of `count` virtual tokens."""
    model.requires_grad_(False)
    model.set_input_embeddings(LearnedPrompt(model.get_input_embeddings(), count))
    return model


def prompt_of(model: Any) -> LearnedPrompt | None:
    """Return the learned prompt of `model`, if it has one."""
    found = model.get_input_embeddings() if hasattr(model, "get_input_embeddings") else None
    return found if isinstance(found, LearnedPrompt) else None


def begun(model: Any, examples: Sequence[Example]) -> list[Example]:
    """Return `examples` as `model` reads them: each question after the learned prompt, where there is one."""
    learned = prompt_of(model)
    if learned is None or learned.off:
        return list(examples)
    return [replace(example, question=learned.ids + tuple(example.question)) for example in examples]
