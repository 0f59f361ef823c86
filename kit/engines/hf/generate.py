"""Tokens one after another, each handed out the moment it is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache

from kit.engines.protocol import Token
from kit.engines.writing import new_text


def generate(
    model: Any,
    tokenizer: Any,
    prompt: Sequence[int],
    *,
    max_new_tokens: int,
    temperature: float = 0.0,
    seed: int = 0,
    ends: Sequence[int] = (),
) -> Iterator[Token]:
    """Yield up to `max_new_tokens` tokens after `prompt`.

    Parameters
    ----------
    temperature : float, default 0
        0 takes the likeliest token each time; above, tokens are drawn with probabilities softmax(logits / temperature).
    ends : sequence of int
        Tokens that end the answer; they are not yielded.
    """
    cache = DynamicCache(config=model.config)
    draw = torch.Generator(device=model.device).manual_seed(seed)
    step = torch.tensor([list(prompt)], device=model.device)
    made: list[int] = []
    shown = 0  # tokens whose text has been handed out
    for _ in range(max_new_tokens):
        with torch.inference_mode():
            out = model(input_ids=step, past_key_values=cache, use_cache=True, logits_to_keep=1)
            token = _choose(out.logits[0, -1].float(), temperature, draw)
        if token in ends:
            return
        made.append(token)
        text = new_text(tokenizer, made, shown)
        shown = len(made) if text else shown
        yield Token(token, text)
        step = torch.tensor([[token]], device=model.device)


def _choose(logits: torch.Tensor, temperature: float, draw: torch.Generator) -> int:
    if temperature == 0:
        return int(logits.argmax())
    return int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=draw))
