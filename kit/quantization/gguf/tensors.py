"""The weights of a Transformers folder under the names, and in the layout, that llama.cpp expects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import torch
from safetensors import safe_open

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.quantization.gguf.architecture import ARCHITECTURES, INTERLEAVED, SHIFTED_NORMS, rope_factors

_LEFT_OUT = ("rotary_emb.inv_freq",)  # computed from the settings


@dataclass(frozen=True)
class Tensor:
    """One tensor of a file to be written.

    Parameters
    ----------
    name : str
        As GGUF calls it.
    source : str
        As Transformers calls it; "" for one that is computed.
    shape : tuple of int
    file : Path
        The safetensors that hold it.
    """

    name: str
    source: str
    shape: tuple[int, ...]
    file: Path


class Source:
    """The model in a folder of config.json and safetensors.

    Raises
    ------
    UnsupportedError
        It holds weights that llama.cpp has no place for.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.kind: str = self.config["model_type"]
        self.architecture = ARCHITECTURES[self.kind]
        self.tensors = list(self._tensors())

    @property
    def tied(self) -> bool:
        """Is the output layer the embedding?"""
        return all(tensor.name != "output.weight" for tensor in self.tensors)

    def _tensors(self) -> Iterator[Tensor]:
        from gguf import MODEL_ARCH, MODEL_ARCH_NAMES, get_tensor_name_map

        arch = next(arch for arch, name in MODEL_ARCH_NAMES.items() if name == self.architecture)
        names = get_tensor_name_map(MODEL_ARCH(arch), self.config["num_hidden_layers"])
        if rope_factors(self.config) is not None:
            yield Tensor("rope_freqs.weight", "", (len(rope_factors(self.config) or ()),), self.folder)
        for file in sorted(self.folder.glob("*.safetensors")):
            with safe_open(file, framework="pt") as opened:
                for source in opened.keys():  # noqa: SIM118 - no dict
                    if source.endswith(_LEFT_OUT) or self._is_copy(source):
                        continue
                    name = names.get_name(source, try_suffixes=(".weight", ".bias"))
                    if name is None:
                        problem = _("llama.cpp has no place for the weights {name}.").format(name=source)
                        raise UnsupportedError(problem, fix=_("Choose a method of another engine for this model."))
                    yield Tensor(name, source, tuple(opened.get_slice(source).get_shape()), file)

    def _is_copy(self, source: str) -> bool:
        tied = self.config.get("tie_word_embeddings", self.kind.startswith("gemma"))
        return bool(tied) and source == "lm_head.weight"

    def values(self, tensor: Tensor) -> numpy.ndarray:
        """Return the numbers of `tensor` as llama.cpp reads them, float32."""
        if not tensor.source:
            return numpy.array(rope_factors(self.config), dtype=numpy.float32)
        with safe_open(tensor.file, framework="pt") as opened:
            found = opened.get_tensor(tensor.source).to(torch.float32)
        if self.kind in INTERLEAVED and ".self_attn." in tensor.source:
            if ".q_proj." in tensor.source:
                found = interleaved(found, self.config["num_attention_heads"])
            elif ".k_proj." in tensor.source:
                found = interleaved(found, self.config.get("num_key_value_heads") or self.config["num_attention_heads"])
        if self.kind in SHIFTED_NORMS and tensor.source.endswith("norm.weight"):
            found = found + 1
        values: numpy.ndarray = found.numpy()
        return values


def interleaved(weights: torch.Tensor, heads: int) -> torch.Tensor:
    """Return the rows of each head in another order: 0, n/2, 1, n/2 + 1, … instead of 0, 1, 2, …"""
    half = weights.shape[0] // heads // 2
    return weights.reshape(heads, 2, half, *weights.shape[1:]).transpose(1, 2).reshape(weights.shape)
