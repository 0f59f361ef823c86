"""Count tokens as a model would: by its own tokenizer and chat template, or in words where no model is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from kit.data.prompt import messages
from kit.report import Report

# A word, a sign, or a character of a script that has no blanks between words.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]|[^\W_]+|[^\w\s]|_")
_PER_WORD = 1.3  # tokens, as a rule of thumb for English

Count = Callable[[Sequence[str]], list[int]]


def counter(model: str, report: Report) -> tuple[Count, Any]:
    """Return what counts the tokens of texts, and the tokenizer behind it (None where words are counted).

    Raises
    ------
    ModelNotFoundError
        The model is not here.
    """
    if not model:
        return _words, None
    from kit.engines.hf.tokenizer import load_tokenizer
    from kit.engines.prepare import ready_base

    tokenizer = load_tokenizer(ready_base(model, report).path)

    def count(texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in tokenizer(list(texts), add_special_tokens=False)["input_ids"]]

    return count, tokenizer


def frame(tokenizer: Any, instruction: str) -> int:
    """Return the tokens that stand around every question: the template, the instruction and the answer's end."""
    if tokenizer is None:
        return _words([instruction])[0]
    from kit.engines.hf.prompt import encode

    prompt = messages(instruction, "a")
    return len(encode(tokenizer, list(prompt)))  # the letter stands for the end of the answer


def _words(texts: Sequence[str]) -> list[int]:
    return [round(_PER_WORD * len(_WORD.findall(text))) for text in texts]
