"""From a GGUF file to a folder of safetensors that Transformers opens in a fraction of a second.

Reading a GGUF through Transformers takes tens of seconds, so it is done once. The weights are written as they were
dequantized, in float32: what was 4-bit once stays no better than that, and the folder's note says so.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
from pathlib import Path

from kit.errors import ModelNotFoundError
from kit.i18n import _
from kit.report import Report


def convert_gguf(gguf: Path, target: Path, report: Report, *, note: str = "") -> Path:
    """Write the model in `gguf` to the folder `target`, tokenizer and chat template included, and return it.

    Parameters
    ----------
    gguf : Path
        A GGUF file of an architecture that Transformers reads.
    target : Path
        Appears complete or not at all.
    note : str, default ""
        Kept in the folder's ``tunebook.json``.

    Raises
    ------
    ModelNotFoundError
        The file cannot be read as a model.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    report.progress("converting", 0, 3, "steps")
    target.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    logging.getLogger("transformers").setLevel(logging.ERROR)
    try:
        place, file = str(gguf.parent), gguf.name
        tokenizer = AutoTokenizer.from_pretrained(place, gguf_file=file)
        report.progress("converting", 1, 3, "steps")
        report.check()
        model = AutoModelForCausalLM.from_pretrained(place, gguf_file=file, dtype=torch.float32)
        report.progress("converting", 2, 3, "steps")
        report.check()
        _forget_quantization(model)
        say_rope_theta(model.config)
        model.save_pretrained(building)
        tokenizer.save_pretrained(building)
        (building / "tunebook.json").write_text(json.dumps({"note": note, "from": file}), encoding="utf-8")
        if target.exists():
            shutil.rmtree(target)
        os.replace(building, target)
        report.progress("converting", 3, 3, "steps")
    except (OSError, ValueError, KeyError, RuntimeError) as exc:
        raise ModelNotFoundError(
            _("{file} cannot be read as a model: {exc}").format(file=gguf, exc=exc),
            fix=_("Check that the download is complete, or give a folder with config.json and safetensors."),
        ) from exc
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return target


def _forget_quantization(model: object) -> None:
    """Clear the marks by which Transformers takes dequantized weights for quantized ones and refuses to save them."""
    config = model.config  # type: ignore[attr-defined]
    for owner, name in ((model, "hf_quantizer"), (model, "quantization_method"), (model, "is_quantized")):
        if getattr(owner, name, None):
            setattr(owner, name, None)
    for name in ("quantization_config", "_pre_quantization_dtype"):
        if hasattr(config, name):
            delattr(config, name)


def say_rope_theta(config: object) -> None:
    """Repeat the rotary base where Transformers 4 looks for it: without, it silently takes 10000."""
    rope = getattr(config, "rope_parameters", None)
    if isinstance(rope, dict) and "rope_theta" in rope:
        config.rope_theta = rope["rope_theta"]  # type: ignore[attr-defined]
