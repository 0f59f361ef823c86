"""A GGUF file as a `Decoder`: llama.cpp reads tokens and tells logits."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy

from kit.engines.llamacpp.library import llama
from kit.engines.llamacpp.parameters import context_block, model_block
from kit.errors import UnsupportedError
from kit.i18n import _
from kit.machine import this_machine

BATCH = 512  # tokens read in one call
_ROOM = 2048  # tokens that there is memory for at first; twice as many whenever they are used up


class LlamaDecoder:
    """Reads one text with llama.cpp.

    Memory for keys and values grows with the text: llama.cpp would take it for the whole context that the model was
    trained for, which is gigabytes for some.

    Parameters
    ----------
    gguf : Path
        The model.
    threads : int, optional
        Left out, the cores that this process may use.
    repack : bool, default True
        Lay weights out anew for this processor, where llama.cpp can.

    Raises
    ------
    UnsupportedError
        llama.cpp does not know such a model.
    """

    def __init__(self, gguf: Path, *, threads: int | None = None, repack: bool = True) -> None:
        self._llama = llama()
        self._gguf = gguf
        self._threads = threads or this_machine().cores
        self._model: int | None = self._llama.llama_model_load_from_file(
            os.fsencode(gguf), model_block(self._llama, repack=repack)
        )
        if not self._model:
            problem = _("llama.cpp cannot open {path}.").format(path=gguf)
            raise UnsupportedError(problem, fix=_("Choose a method of another engine for this model."))
        self.vocabulary: int = self._llama.llama_vocab_n_tokens(self._llama.llama_model_get_vocab(self._model))
        self.context: int | None = self._llama.llama_model_n_ctx_train(self._model) or None
        self._batch = self._llama.llama_batch_init(BATCH, 0, 1)
        self._memory = self._room_for(_ROOM)
        self._length = 0

    def _room_for(self, tokens: int) -> Any:
        """Return a context of llama.cpp with room for `tokens`, at most as many as the model reads."""
        room = tokens if self.context is None else min(tokens, self.context)
        memory = self._llama.llama_init_from_model(self._model, context_block(self._llama, context=room, batch=BATCH))
        if not memory:
            raise UnsupportedError(
                _("llama.cpp has no room for {n} tokens of {path}.").format(n=room, path=self._gguf),
                fix=_("Free memory, or choose a smaller model."),
            )
        self._llama.llama_set_n_threads(memory, self._threads, self._threads)
        return memory

    def read(self, tokens: Sequence[int], *, keep: int) -> numpy.ndarray:
        """Read on (see `Decoder.read`).

        Raises
        ------
        UnsupportedError
            The text is longer than the model can read, or there is no memory for it.
        """
        self._grow(self._length + len(tokens))
        found = []
        at_once = min(BATCH, self._llama.llama_n_batch(self._memory))  # llama.cpp ends the process where it is more
        for start in range(0, len(tokens), at_once):
            part = tokens[start : start + at_once]
            wanted = min(max(keep - (len(tokens) - start - len(part)), 0), len(part))
            found.append(self._read(part, wanted))
        return numpy.concatenate(found) if len(found) > 1 else found[0]

    def _read(self, tokens: Sequence[int], keep: int) -> numpy.ndarray:
        batch, first = self._batch, len(tokens) - keep
        batch.n_tokens = len(tokens)
        for place, token in enumerate(tokens):
            batch.token[place] = token
            batch.pos[place] = self._length + place
            batch.n_seq_id[place] = 1
            batch.seq_id[place][0] = 0
            batch.logits[place] = place >= first
        failed = self._llama.llama_decode(self._memory, batch)
        if failed:
            raise RuntimeError(f"llama_decode returned {failed} for {len(tokens)} tokens after {self._length}")
        self._length += len(tokens)
        if not keep:
            return numpy.empty((0, self.vocabulary), dtype=numpy.float32)
        logits = self._llama.llama_get_logits(self._memory)
        return numpy.ctypeslib.as_array(logits, shape=(keep, self.vocabulary)).copy()

    def _grow(self, length: int) -> None:
        """See that there is room for `length` tokens; what was read moves along."""
        room = self._llama.llama_n_ctx(self._memory)
        if length <= room:
            return
        if self.context is not None and length > self.context:
            problem = _("{path} reads {most} tokens at most, and the text has {n}.")
            raise UnsupportedError(
                problem.format(path=self._gguf, most=self.context, n=length), fix=_("Give it a shorter text.")
            )
        larger = self._room_for(max(length, 2 * room))
        if self._length:
            size = self._llama.llama_state_seq_get_size(self._memory, 0)
            state = ctypes.create_string_buffer(size)
            self._llama.llama_state_seq_get_data(self._memory, state, size, 0)
            self._llama.llama_state_seq_set_data(larger, state, size, 0)
        self._llama.llama_free(self._memory)
        self._memory = larger

    def forget(self, length: int) -> None:
        """Remember the first `length` tokens only (see `Decoder.forget`)."""
        kept = self._llama.llama_get_memory(self._memory)
        if length == 0:
            self._llama.llama_memory_clear(kept, False)
        elif length < self._length and not self._llama.llama_memory_seq_rm(kept, 0, length, -1):
            raise RuntimeError(f"llama.cpp cannot forget the tokens after {length} of such a model")
        self._length = length

    def footprint(self) -> int:
        """Return the bytes of the weights."""
        return int(self._llama.llama_model_size(self._model))

    def file_size(self) -> int:
        """Return the bytes of the file, vocabulary included."""
        return self._gguf.stat().st_size

    def close(self) -> None:
        """Give the memory back."""
        if self._model is None:
            return
        self._llama.llama_batch_free(self._batch)
        self._llama.llama_free(self._memory)
        self._llama.llama_model_free(self._model)
        self._model = self._memory = None
