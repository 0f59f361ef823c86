"""What methods make of a model, kept in the cache and found again by its content.

A folder is named by the SHA-256 of the weights, of the method and of what it was calibrated with, so that whoever holds
the same model in the same way finds it, and nobody else. It is made under another name and renamed when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kit.memory import PeakMemory
from kit.models.hashes import file_hash
from kit.place import cache, trim
from kit.quantization.calibration import Calibration
from kit.quantization.foretold import making_told
from kit.quantization.registry import Method
from kit.report import Report
from kit.spec import resolve

_MARKER = "made.json"
# What a tokenizer and a chat template are made of, beside the weights of any engine.
_ALONG = ("config.json", "generation_config.json", "chat_template.jinja", "special_tokens_map.json")


def made(source: Path, method: Method, report: Report, calibration: Calibration | None = None) -> Path:
    """Return the folder with what `method` makes of the model in `source`; it is made where it is not there.

    Parameters
    ----------
    source : Path
        A folder with config.json, safetensors and the tokenizer.
    method : Method
        One with `make`.
    report : Report
        Hears how far it is, and may ask to stop.
    calibration : Calibration, optional
        For methods that are calibrated.

    Raises
    ------
    Stopped
        Somebody asked it to stop; nothing is left over.
    """
    place = artefact_place(source, method, calibration, report)
    if (place / _MARKER).is_file():
        os.utime(place / _MARKER)  # used last: what is old may be cleared away
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    trim(place.parent)
    making = Path(tempfile.mkdtemp(dir=place.parent, prefix=".making-"))
    try:
        report.progress("quantizing")
        _along(source, making)
        make: Callable[..., None] = resolve(method.make)
        began = time.monotonic()
        with PeakMemory() as memory:
            make(source, method, making, report, calibration)
        told = {"method": method.name, "source": source.name, "calibration": calibration and calibration.key()}
        told |= making_told(source, method, report, seconds=time.monotonic() - began, peak_mib=memory.peak_mib)
        (making / _MARKER).write_text(json.dumps(told), encoding="utf-8")
        if (place / _MARKER).is_file():  # another process was quicker
            return place
        shutil.rmtree(place, ignore_errors=True)
        making.rename(place)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return place


def artefact_place(source: Path, method: Method, calibration: Calibration | None, report: Report | None = None) -> Path:
    """Return the folder where `made` looks, whether or not it is there; files that never were hashed are hashed."""
    digest = hashlib.sha256()
    for path in [*sorted(source.glob("*.safetensors")), *sorted(source.glob("*.json"))]:
        if path.name != "tunebook.json":
            digest.update(f"{path.name}:{file_hash(path, report)}\n".encode())
    digest.update(f"{method.make}:{method.name}:{method.recipe}:{calibration and calibration.key()}".encode())
    return cache() / "variants" / f"{digest.hexdigest()[:16]}-{method.name}"


def _along(source: Path, making: Path) -> None:
    for path in source.iterdir():
        if path.name in _ALONG or path.name.startswith(("tokenizer", "vocab", "merges", "added_tokens")):
            shutil.copy2(path, making / path.name)


def made_size(place: Path) -> int:
    """Return the bytes of the weights in a folder of `made`, without tokenizer and settings."""
    beside = {_MARKER, *_ALONG}
    return sum(
        path.stat().st_size
        for path in place.rglob("*")
        if path.is_file() and path.name not in beside and not path.name.startswith(("tokenizer", "vocab", "merges"))
    )
