"""Tokens one after another, each handed out the moment it is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers.cache_utils import DynamicCache

from kit.engines.protocol import Token


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
        text = _new_text(tokenizer, made, shown)
        shown = len(made) if text else shown
        yield Token(token, text)
        step = torch.tensor([[token]], device=model.device)


def _choose(logits: torch.Tensor, temperature: float, draw: torch.Generator) -> int:
    if temperature == 0:
        return int(logits.argmax())
    return int(torch.multinomial((logits / temperature).softmax(-1), 1, generator=draw))


def _new_text(tokenizer: Any, made: list[int], shown: int) -> str:
    """Return the text that tokens after `shown` add, or "" while they end inside a character.

    A few tokens before are decoded along, since some tokenizers drop a space at the beginning of what they decode.
    """
    before = made[max(shown - 4, 0) : shown]
    text: str = tokenizer.decode(before + made[shown:], skip_special_tokens=True)
    if text.endswith("\ufffd"):
        return ""
    return text[len(tokenizer.decode(before, skip_special_tokens=True)) :]


def until(tokens: Iterator[Token], stop: Sequence[str]) -> Iterator[Token]:
    """Yield `tokens` up to the first text of `stop`; text that may be the beginning of one is held back."""
    held: list[Token] = []
    text = ""
    for token in tokens:
        held.append(token)
        text += token.text
        found = min((at for at in map(text.find, stop) if at >= 0), default=-1)
        if found >= 0:
            yield from _first(held, found)
            return
        safe = len(text) - max(_overlap(text, end) for end in stop)
        while held and len(held[0].text) <= safe:
            safe -= len(held[0].text)
            text = text[len(held[0].text) :]
            yield held.pop(0)
    yield from held


def _overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of `text` are the beginning of `stop`."""
    return next(n for n in range(min(len(text), len(stop) - 1), -1, -1) if text.endswith(stop[:n]))


def _first(tokens: Sequence[Token], characters: int) -> Iterator[Token]:
    for token in tokens:
        if characters <= 0:
            return
        yield Token(token.id, token.text[:characters])
        characters -= len(token.text)
