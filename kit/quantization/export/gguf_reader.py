"""How a GGUF file reads: llama.cpp's own tokenizer, and the chat template and special tokens that the file carries."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.engines.llamacpp.vocabulary import Vocabulary
from kit.quantization.export.reader import Conversation

_PREFIX = "tokenizer.ggml."
_CONTROL = 3  # llama_token_type of special tokens


class GgufReader:
    """A `Reader` of what stands in a GGUF file; nothing beside it is looked at."""

    def __init__(self, gguf: Path, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._values = _metadata(gguf)
        self._tokens: list[str] = self._values["tokens"]

    def render(self, conversation: Conversation) -> str | None:
        from jinja2 import TemplateError
        from transformers.utils.chat_template_utils import render_jinja_template

        template = self._vocabulary.chat_template()
        if not template:
            return None
        special: dict[str, Any] = {
            f"{name}_token": self.written(mark) for name, mark in self._named() if mark is not None
        }
        try:
            texts: Any = render_jinja_template(
                [conversation], chat_template=template, add_generation_prompt=True, **special
            )
        except (TemplateError, ValueError, TypeError):  # as in `reader.rendered`
            return None
        return str(texts[0][0] if isinstance(texts, tuple) else texts[0])

    def _named(self) -> list[tuple[str, int | None]]:
        names = (("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding"))
        return [(ours, self._values.get(f"{theirs}_token_id")) for ours, theirs in names]

    def tokens(self, text: str, *, start: bool = False) -> list[int]:
        return self._vocabulary.tokens(text, start=start)

    def written(self, token: int) -> str:
        return self._tokens[token]

    def marks(self) -> dict[str, Any]:
        """Return those that a GGUF file has a place for; what a text begins with is seen in its tokens."""
        end = self._values.get("eos_token_id")
        kinds = self._values["token_type"]
        return {
            "beginning of text": self._values.get("bos_token_id"),
            "end of text": end,
            "end of turn": self._values.get("eot_token_id", end),
            "unknown": self._values.get("unknown_token_id"),
            "special tokens": {text: i for i, text in enumerate(self._tokens) if kinds[i] == _CONTROL},
        }


@contextlib.contextmanager
def gguf_reader(gguf: Path) -> Iterator[GgufReader]:
    """Yield the reader of the file `gguf`."""
    with Vocabulary(gguf) as vocabulary:
        yield GgufReader(gguf, vocabulary)


def _metadata(gguf: Path) -> dict[str, Any]:
    """Return what the file says of its tokenizer, by the part of the key behind "tokenizer.ggml."."""
    from gguf import GGUFReader

    fields = GGUFReader(gguf).fields
    return {
        key.removeprefix(_PREFIX): field.contents()
        for key, field in fields.items()
        if key.startswith(_PREFIX) and not key.endswith((".merges", ".scores"))
    }
