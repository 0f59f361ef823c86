"""Write what is exported into an empty folder: weights as the method holds them, tokenizer, settings."""

from __future__ import annotations

import shutil
from pathlib import Path

from kit.quantization.artefacts import made
from kit.quantization.calibration import Calibration
from kit.quantization.export.formats import format_of
from kit.quantization.export.portable import make_portable
from kit.quantization.registry import Method
from kit.report import Report

_NOTE = "made.json"  # of the cache, which nobody else needs


def write(source: Path, method: Method, into: Path, report: Report, calibration: Calibration | None = None) -> None:
    """Write the model in `source`, held as `method` does, into the empty folder `into`.

    Parameters
    ----------
    calibration : Calibration, optional
        For methods that are calibrated.

    Raises
    ------
    Stopped
        Somebody asked it to stop.
    """
    if method.make:
        for path in made(source, method, report, calibration).iterdir():
            report.check()
            if path.name != _NOTE:
                _copy(path, into / path.name)
    else:
        _save(source, method, into, report)
    if (kind := format_of(method.name)) in ("gptq", "awq"):
        from kit.quantization.export.checkpoint import write_checkpoint

        write_checkpoint(into, kind)
    make_portable(into)


def _copy(path: Path, to: Path) -> None:
    if path.is_dir():
        shutil.copytree(path, to)
    else:
        shutil.copy2(path, to)


def _save(source: Path, method: Method, into: Path, report: Report) -> None:
    """Save plain numbers as safetensors."""
    import torch

    from kit.engines.hf.load import load_model
    from kit.quantization.plain import DTYPES

    report.progress("writing")
    model = load_model(source, dtype=DTYPES[method.name], device=torch.device("cpu"))
    report.check()
    model.save_pretrained(into)
    for path in source.iterdir():
        if path.is_file() and _is_of_tokenizer(path.name):
            shutil.copy2(path, into / path.name)


def _is_of_tokenizer(name: str) -> bool:
    return name == "chat_template.jinja" or name.startswith(
        ("tokenizer", "vocab", "merges", "added_tokens", "special_")
    )
