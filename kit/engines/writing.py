"""Tokens as text, the moment they are known, and no further than a text that ends them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kit.engines.protocol import Token


def new_text(tokenizer: Any, made: list[int], shown: int) -> str:
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
        safe = len(text) - max(overlap(text, end) for end in stop)
        while held and len(held[0].text) <= safe:
            safe -= len(held[0].text)
            text = text[len(held[0].text) :]
            yield held.pop(0)
    yield from held


def overlap(text: str, stop: str) -> int:
    """Return how many characters at the end of `text` are the beginning of `stop`."""
    return next(n for n in range(min(len(text), len(stop) - 1), -1, -1) if text.endswith(stop[:n]))


def _first(tokens: Sequence[Token], characters: int) -> Iterator[Token]:
    for token in tokens:
        if characters <= 0:
            return
        yield Token(token.id, token.text[:characters])
        characters -= len(token.text)
