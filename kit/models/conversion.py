"""Where the conversion of a GGUF file to safetensors lives.

The folder is named by the content of the file, so that a moved or renamed file keeps its conversion and a replaced one
does not. Hashing gigabytes takes long, so `locate` uses remembered hashes and never computes one.
"""

from __future__ import annotations

from pathlib import Path

from kit.models.folder import model_problem
from kit.models.hashes import file_hash, known_hash
from kit.place import cache
from kit.report import Report

MARKER = "tunebook.json"


def converted_folder(gguf: Path, report: Report | None = None) -> Path:
    """Return the folder where the conversion of the file `gguf` to safetensors belongs, whether or not it is there.

    The file is hashed when it never was; `report` is told how far that is, and may ask to stop.
    """
    return cache() / "models" / f"{file_hash(gguf, report)[:16]}-{gguf.stem}"


def converted(gguf: Path) -> Path | None:
    """Return the folder of the complete conversion of `gguf`, or None; quick, hashes nothing."""
    key = known_hash(gguf)
    folder = cache() / "models" / f"{key[:16]}-{gguf.stem}" if key else None
    return folder if folder is not None and is_converted(folder) else None


def is_converted(folder: Path) -> bool:
    """Does `folder` hold a complete conversion? Its marker is written last."""
    return (folder / MARKER).is_file() and model_problem(folder) is None
