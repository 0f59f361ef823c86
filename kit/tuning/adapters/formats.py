"""What of an adapter other programs cannot take.

vLLM (``vllm/lora/peft_helper.py``, ``vllm/lora/lora_model.py``, ``vllm/lora/utils.py``) reads the folder as peft wrote
it: of the configuration ``r``, ``lora_alpha``, ``use_rslora``, ``use_dora``, ``modules_to_save`` and ``bias``, and it
counts every layer alpha / r of that one r. llama.cpp (``convert_lora_to_gguf.py``, ``src/llama-adapter.cpp``) reads a
GGUF file, which `kit.tuning.adapters.gguf` writes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from safetensors import safe_open

from kit.errors import ParameterError, UnsupportedError
from kit.i18n import _
from kit.tuning.adapters.folder import PREFIX, WEIGHTS, read_config

PROGRAMS = ("vllm", "llama.cpp")
_NAME = re.compile(re.escape(PREFIX) + r"(.+)\.lora_[AB]\.weight")


def obstacles(folder: Path, program: str, *, max_lora_rank: int = 16) -> list[str]:
    """Return why `program` cannot load the adapter in `folder`, a sentence for each reason; none: it can.

    Parameters
    ----------
    folder : Path
        As peft or this room has written it.
    program : {"vllm", "llama.cpp"}
        For llama.cpp: whether a GGUF file of it can be written.
    max_lora_rank : int, default 16
        As vLLM is started with; 16 is its default.

    Raises
    ------
    ParameterError
        Another program.
    ModelNotFoundError, UnsupportedError
        There is no adapter that can be read.
    """
    if program not in PROGRAMS:
        raise ParameterError("program", program, allowed=_("one of ") + ", ".join(map(repr, PROGRAMS)))
    config = read_config(folder)
    if config.get("peft_type") != "LORA":
        return [_("It is {kind}; only LoRA can be loaded.").format(kind=config.get("peft_type"))]
    found = [*_of_both(config), *_names(folder)]
    return found + (_of_vllm(config, max_lora_rank) if program == "vllm" else _of_llama_cpp(config, folder))


def check_format(folder: Path, program: str, *, max_lora_rank: int = 16) -> None:
    """Raise `UnsupportedError` with all `obstacles`, where there are any."""
    found = obstacles(folder, program, max_lora_rank=max_lora_rank)
    if found:
        problem = _("{program} cannot load the adapter in {folder}: {why}")
        raise UnsupportedError(
            problem.format(program=program, folder=folder, why=" ".join(found)),
            fix=_("Merge the adapter into its model, or tune with what can be loaded."),
        )


def _of_both(config: dict[str, Any]) -> list[str]:
    found = []
    if config.get("use_dora"):
        found.append(_("DoRA keeps a length for each output beside the two matrices."))
    if config.get("modules_to_save") or config.get("trainable_token_indices"):
        found.append(_("Whole layers or tokens were trained beside it."))
    if config.get("bias", "none") != "none" or config.get("lora_bias"):
        found.append(_("Biases were trained beside it."))
    if config.get("target_parameters"):
        found.append(_("Experts that are one parameter have an adapter."))
    return found


def _of_vllm(config: dict[str, Any], max_lora_rank: int) -> list[str]:
    found = []
    patterns = config.get("rank_pattern") or {}
    largest = max([config["r"], *patterns.values()])
    if largest > max_lora_rank:
        told = _("Its rank is {rank}; start vLLM with --max-lora-rank {rank} (a power of two from 8 on).")
        found.append(told.format(rank=largest))
    if any(rank != config["r"] for rank in patterns.values()) or config.get("alpha_pattern"):
        found.append(_("Layers have ranks of their own, which it would count by the common one: write_vllm_adapter."))
    return found


def _of_llama_cpp(config: dict[str, Any], folder: Path) -> list[str]:
    found = [_("Layers have an alpha of their own.")] if config.get("alpha_pattern") else []
    outside = [name for name in _kept(folder) if _NAME.fullmatch(name) and not re.search(r"\.\d+\.", name)]
    if outside:
        found.append(_("The layer {name} is outside of the blocks.").format(name=outside[0].removeprefix(PREFIX)))
    return found


def _kept(folder: Path) -> list[str]:
    with safe_open(folder / WEIGHTS, framework="pt") as file:
        return list(file.keys())


def _names(folder: Path) -> list[str]:
    names = _kept(folder)
    # What peft keeps of an output layer with an adapter is passed over by both programs.
    odd = [name for name in names if not _NAME.fullmatch(name) and not name.endswith(".base_layer.weight")]
    if not odd:
        return []
    return [_("It holds weights that are no A or B of LoRA, such as {name}.").format(name=odd[0])]
