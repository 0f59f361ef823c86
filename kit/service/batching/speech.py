"""Tokens of an answer as text, no further than a text that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.engines.writing import new_text, overlap
from kit.service.batching.batch import Written


class Speech:
    """What an answer says so far.

    Parameters
    ----------
    tokenizer : transformers tokenizer
    stops : sequence of str
        Texts that end it and are not part of it.
    echoed : int, default 0
        Tokens of the question that are told before it.
    """

    def __init__(self, tokenizer: Any, stops: Sequence[str] = (), *, echoed: int = 0) -> None:
        self._tokenizer, self._stops, self._echoed = tokenizer, stops, echoed
        self._made: list[int] = []
        self._shown = 0  # tokens whose text is known
        self._held = ""  # known, and perhaps the beginning of what ends it
        self.over = ""

    @property
    def tokens(self) -> int:
        """How many it has."""
        return max(len(self._made) - self._echoed, 0)

    def hear(self, written: Sequence[Written], over: str = "") -> tuple[str, list[Written]]:
        """Take in what was written, and return the text that can be told, and the tokens that belong to the answer.

        Parameters
        ----------
        over : str, default ""
            Why nothing comes after it.
        """
        told, heard = "", []
        # Where nothing but the end of tokens ends it, tokens are turned into text as many as there are at once.
        parts = [[each] for each in written] if self._stops else [list(written)]
        for part in parts:
            self._made += [each.token for each in part]
            heard += part
            told += self._told(last=False)
            if self.over:
                return told, heard
        if over:
            told += self._told(last=True)
            self.over = self.over or over
        return told, heard

    def _told(self, *, last: bool) -> str:
        text = new_text(self._tokenizer, self._made, self._shown)
        if not text and last and self._shown < len(self._made):
            text = self._tokenizer.decode(self._made[self._shown :], skip_special_tokens=True)
        if text:
            self._shown = len(self._made)
        if len(self._made) <= self._echoed:
            return str(text)  # what ends an answer may well stand in the question
        self._held += text
        found = min((at for at in map(self._held.find, self._stops) if at >= 0), default=-1)
        if found >= 0:
            self.over, told, self._held = "stop", self._held[:found], ""
            return told
        begun = 0 if last else max((overlap(self._held, stop) for stop in self._stops), default=0)
        safe = len(self._held) - begun
        told, self._held = self._held[:safe], self._held[safe:]
        return told
