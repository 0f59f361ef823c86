"""A LoRA adapter as llama.cpp reads it: a GGUF file (as convert_lora_to_gguf.py of ggml-org/llama.cpp writes it).

llama.cpp counts a layer's adapter alpha / its rank, and keeps the rows of q and k of Llama in another order, so that
the two numbers that a rotation turns stand side by side; only B of those layers has such rows.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import torch

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.tuning.adapters.folder import Pair, lora_pairs, read_config
from kit.tuning.adapters.formats import check_format

# The architecture as llama.cpp calls it, and whether it reorders rows of q and k. Others are not written: they may
# fuse, split or shift weights in ways that nobody has checked.
_ARCHITECTURES = {
    "LlamaForCausalLM": ("llama", True),
    "MistralForCausalLM": ("llama", True),
    "Qwen2ForCausalLM": ("qwen2", False),
    "Qwen3ForCausalLM": ("qwen3", False),
}


def write_gguf_adapter(folder: Path, target: Path, *, base: Path) -> Path:
    """Write the adapter in `folder` to the file `target`, in float32, and return it.

    Parameters
    ----------
    folder : Path
        Of a plain LoRA adapter.
    target : Path
        Appears complete or not at all.
    base : Path
        Of the model it belongs to; only its config.json is read.

    Raises
    ------
    UnsupportedError
        An architecture, a layer or a kind of adapter that this function does not write.
    """
    import gguf

    check_format(folder, "llama.cpp")
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    name, reordered = _architecture(config)
    architecture = next(each for each, called in gguf.MODEL_ARCH_NAMES.items() if called == name)
    names = gguf.get_tensor_name_map(architecture, config["num_hidden_layers"])
    alpha = float(read_config(folder)["lora_alpha"])
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, building = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    try:
        writer = gguf.GGUFWriter(building, name)
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, alpha)
        for pair in lora_pairs(folder):
            called = _tensor_name(names, pair.layer)
            b = pair.b * (pair.scaling * pair.rank / alpha)  # 1 but for rsLoRA, which llama.cpp does not know
            if reordered:
                b = _reordered(pair, b, config)
            writer.add_tensor(f"{called}.weight.lora_a", pair.a.contiguous().numpy())
            writer.add_tensor(f"{called}.weight.lora_b", b.contiguous().numpy())
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        os.replace(building, target)
    finally:
        Path(building).unlink(missing_ok=True)
    return target


def interleaved(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """Return `rows` [heads · d, ...] in the order of llama.cpp: of each head 0, d/2, 1, d/2 + 1, ..."""
    return rows.reshape(heads, 2, len(rows) // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def _reordered(pair: Pair, b: torch.Tensor, config: dict[str, Any]) -> torch.Tensor:
    heads = config["num_attention_heads"]
    if pair.layer.endswith(".q_proj"):
        return interleaved(b, heads)
    if pair.layer.endswith(".k_proj"):
        return interleaved(b, config.get("num_key_value_heads") or heads)
    return b


def _architecture(config: dict[str, Any]) -> tuple[str, bool]:
    called = (config.get("architectures") or [""])[0]
    if called not in _ARCHITECTURES:
        raise UnsupportedError(
            _("Adapters of {architecture} cannot be written for llama.cpp here.").format(architecture=called),
            fix=_("Merge the adapter into its model; these can be written: {names}.").format(
                names=", ".join(_ARCHITECTURES)
            ),
        )
    return _ARCHITECTURES[called]


def _tensor_name(names: Any, layer: str) -> str:
    found = names.get_name(layer)
    if found is None or not found.startswith("blk."):
        raise UnsupportedError(
            _("llama.cpp takes no adapter on the layer {layer}.").format(layer=layer),
            fix=_("Leave it out of target_modules, or merge the adapter into its model."),
        )
    return str(found)
