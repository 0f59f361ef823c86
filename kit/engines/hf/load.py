"""Open a folder of safetensors as a Transformers model."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM
from transformers.utils import logging as transformers_logging

from kit.errors import ModelNotFoundError
from kit.i18n import _
from kit.machine import this_machine
from kit.memory import give_back_free_memory

# What these say is for their developers: a kernel package that nobody needs, a name that another library still uses.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
transformers_logging.disable_progress_bar()
transformers_logging.set_verbosity_error()


def best_device() -> torch.device:
    """Return the GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_fast_bf16(device: torch.device) -> bool:
    """Does the hardware multiply bf16 numbers, rather than convert them each time?"""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool({"bf16", "AMX", "SVE"} & set(this_machine().instruction_sets))


def load_model(
    folder: Path,
    *,
    dtype: torch.dtype,
    device: torch.device | None = None,
    quantization_config: Any = None,
) -> Any:
    """Return the model in `folder`, ready to answer.

    Parameters
    ----------
    folder : Path
        ``config.json`` and safetensors; pickled weights are refused.
    dtype : torch.dtype
        Of weights that are not quantized.
    device : torch.device, optional
        Left out, a GPU where there is one.
    quantization_config : optional
        As Transformers takes it.

    Raises
    ------
    ModelNotFoundError
        The folder cannot be read as a model.
    """
    device = device or best_device()
    options: dict[str, Any] = {"dtype": dtype, "use_safetensors": True, "trust_remote_code": False}
    if quantization_config is not None:
        options |= {"quantization_config": quantization_config, "device_map": {"": str(device)}}
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(str(folder), **options)
    except (OSError, ValueError, KeyError) as exc:
        raise ModelNotFoundError(
            _("The model in {folder} cannot be opened: {exc}").format(folder=folder, exc=exc),
            fix=_("Check that config.json and the safetensors files are complete and belong together."),
        ) from exc
    if quantization_config is None:
        model = model.to(device)
    else:
        _let_go_of_the_file(model)
    give_back_free_memory()
    return model.eval()


def _let_go_of_the_file(model: Any) -> None:
    """Copy the weights that were not quantized.

    They are views into the mapped file, of which every page was read in order to quantize the others: it would count
    as memory of this process, 2 GB for a model of 1 billion weights, for as long as one view is left.
    """
    copies: dict[int, torch.Tensor] = {}
    for weight in (*model.parameters(), *model.buffers()):
        if weight.device.type == "cpu" and weight.is_floating_point():
            place = weight.data_ptr()
            if place not in copies:  # else shared with one before
                copies[place] = weight.data.clone()
            weight.data = copies[place]
