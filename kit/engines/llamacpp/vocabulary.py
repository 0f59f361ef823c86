"""What the tokenizer inside a GGUF file makes of text: the other tokenizer that a model has once it is exported."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path
from types import TracebackType

from kit.engines.llamacpp.library import llama
from kit.engines.llamacpp.parameters import model_block
from kit.errors import UnsupportedError
from kit.i18n import _


class Vocabulary:
    """The tokenizer of a GGUF file, without the weights; a context manager.

    Raises
    ------
    UnsupportedError
        llama.cpp does not know such a tokenizer.
    """

    def __init__(self, gguf: Path) -> None:
        self._llama = llama()
        self._model: int | None = self._llama.llama_model_load_from_file(
            os.fsencode(gguf), model_block(self._llama, vocabulary_only=True)
        )
        if not self._model:
            problem = _("llama.cpp cannot read the tokenizer of {path}.").format(path=gguf)
            raise UnsupportedError(problem, fix=_("Choose a method of another engine for this model."))
        self._vocabulary = self._llama.llama_model_get_vocab(self._model)

    def __enter__(self) -> Vocabulary:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._llama.llama_model_free(self._model)
        self._model = None

    def tokens(self, text: str, *, special: bool = True, start: bool = False) -> list[int]:
        """Return the token ids of `text`.

        Parameters
        ----------
        special : bool, default True
            Is a special token that is written out in the text that token, or letters?
        start : bool, default False
            Put before it the token that the file says texts begin with, if it says so.
        """
        written = text.encode("utf-8")
        room = len(written) + 8  # a token is at least a byte, but for the few that are added
        found = (ctypes.c_int32 * room)()
        number = self._llama.llama_tokenize(self._vocabulary, written, len(written), found, room, start, special)
        if number < 0:
            raise RuntimeError(f"llama_tokenize needs room for {-number} tokens of {len(written)} bytes")
        return list(found[:number])

    def size(self) -> int:
        """Return how many tokens there are."""
        return int(self._llama.llama_vocab_n_tokens(self._vocabulary))

    def chat_template(self) -> str:
        """Return the Jinja template of chats; "" where the file has none."""
        found: bytes | None = self._llama.llama_model_chat_template(self._model, None)
        return (found or b"").decode("utf-8")


def tokens_of(gguf: Path, text: str, special: bool = True) -> list[int]:
    """Return the token ids that llama.cpp makes of `text` with the tokenizer of `gguf` (see `Vocabulary.tokens`)."""
    with Vocabulary(gguf) as vocabulary:
        return vocabulary.tokens(text, special=special)
