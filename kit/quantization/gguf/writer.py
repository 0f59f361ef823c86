"""Writing a GGUF file, one tensor at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy

from kit.engines.llamacpp.blocks import number_of
from kit.quantization.gguf.architecture import metadata
from kit.quantization.gguf.pretokenizer import agreeing
from kit.quantization.gguf.tensors import Source, Tensor
from kit.quantization.gguf.tokens import Tokens, chat_template, read_tokens

_QUANTIZATION_VERSION = 2  # of the layout of blocks in ggml


class Header:
    """All of a file but its weights.

    Parameters
    ----------
    source : Source
        The model.
    tokenizer : transformers tokenizer
    name : str, default ""
        What the file says the model is called.

    Raises
    ------
    UnsupportedError
        The tokenizer is of a kind that llama.cpp has not.
    """

    def __init__(self, source: Source, tokenizer: Any, *, name: str = "") -> None:
        self.source = source
        self._name = name
        self._tokens: Tokens = read_tokens(source.folder, tokenizer, source.config["vocab_size"])
        self._template = chat_template(tokenizer)
        names = ("default",) if self._tokens.model == "llama" else None
        tried = agreeing(self._without_weights, tokenizer, *([names] if names else []))
        self._cut, self.differing = tried

    def _without_weights(self, cut: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "vocabulary.gguf"
            writer = self._written(path, cut, 0)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_ti_data_to_file()
            writer.close()
            return path.read_bytes()

    def size(self) -> int:
        """Return the bytes of the settings and the tokenizer; the list of tensors comes to it."""
        return len(self._without_weights(self._cut))

    def open(self, path: Path, file_type: int) -> Any:
        """Return a writer of the gguf package that holds all settings and waits for tensors."""
        return self._written(path, self._cut, file_type)

    def _written(self, path: Path, cut: str, file_type: int) -> Any:
        from gguf import GGUFWriter

        architecture = self.source.architecture
        writer = GGUFWriter(path, architecture)
        writer.add_type("model")
        if self._name:
            writer.add_name(self._name)
        writer.add_file_type(file_type)
        writer.add_quantization_version(_QUANTIZATION_VERSION)
        for key, value in metadata(self.source.config).items():
            _add(writer, f"{architecture}.{key}", value)
        self._add_tokens(writer, cut)
        if self._template:
            writer.add_chat_template(self._template)
        return writer

    def _add_tokens(self, writer: Any, cut: str) -> None:
        tokens = self._tokens
        writer.add_tokenizer_model(tokens.model)
        writer.add_tokenizer_pre(cut)
        writer.add_token_list(tokens.texts)
        writer.add_token_types(tokens.kinds)
        if tokens.scores:
            writer.add_token_scores(tokens.scores)
        if tokens.merges:
            writer.add_token_merges(tokens.merges)
        for key, value in tokens.special.items():
            _add(writer, f"tokenizer.ggml.{key}", value)


def _add(writer: Any, key: str, value: Any) -> None:
    if isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    else:
        writer.add_string(key, value)


def write(
    writer: Any,
    tensors: list[Tensor],
    types: dict[str, str],
    held: Callable[[Tensor, str], numpy.ndarray],
) -> Iterator[Tensor]:
    """Write `tensors`, each held as `types` says, and yield each when it is written; one is in memory at a time.

    Parameters
    ----------
    writer
        Of `Header.open`.
    tensors : list of Tensor
    types : dict
        The type of each, by name.
    held : callable
        Returns the bytes of a tensor in a type: ndarray [rows, bytes of a row], uint8.
    """
    from gguf import GGMLQuantizationType
    from gguf.quants import quant_shape_to_byte_shape

    for tensor in tensors:
        kind = GGMLQuantizationType(number_of(types[tensor.name]))
        shape = quant_shape_to_byte_shape(tensor.shape, kind)
        size = int(numpy.prod(shape))
        writer.add_tensor_info(tensor.name, shape, numpy.dtype(numpy.uint8), size, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in tensors:
        writer.write_tensor_data(held(tensor, types[tensor.name]))
        yield tensor
    writer.close()
