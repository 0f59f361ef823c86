"""Where the conversion of a GGUF file to safetensors lives.

The folder is named by the content of the file, so that a moved or renamed file keeps its conversion and a replaced one
does not. Hashing gigabytes takes long: a hash is remembered with size and time of change, and `locate` never computes
one.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from kit.models.folder import model_problem
from kit.place import cache, write_atomic

MARKER = "tunebook.json"


def converted_folder(gguf: Path) -> Path:
    """Return the folder where the conversion of the file `gguf` to safetensors belongs, whether or not it is there."""
    return cache() / "models" / f"{content_key(gguf)[:16]}-{gguf.stem}"


def converted(gguf: Path) -> Path | None:
    """Return the folder of the complete conversion of `gguf`, or None; quick, hashes nothing."""
    key = _remembered(gguf)
    folder = cache() / "models" / f"{key[:16]}-{gguf.stem}" if key else None
    return folder if folder is not None and is_converted(folder) else None


def is_converted(folder: Path) -> bool:
    """Does `folder` hold a complete conversion? Its marker is written last."""
    return (folder / MARKER).is_file() and model_problem(folder) is None


def content_key(gguf: Path) -> str:
    """Return the SHA-256 of the file as hex digits: remembered, or computed now and remembered."""
    known = _remembered(gguf)
    if known:
        return known
    with gguf.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    remember_key(gguf, found)
    return found


def remember_key(gguf: Path, sha256: str) -> None:
    """Remember that the file as it stands now has this hash."""
    write_atomic(_memory(gguf), json.dumps({**_stamp(gguf), "sha256": sha256}))


def _memory(gguf: Path) -> Path:
    # In our cache and not beside the file: the file may lie where nobody may write.
    place = hashlib.sha256(str(gguf.resolve()).encode()).hexdigest()[:16]
    return cache() / "hashes" / f"{place}.json"


def _stamp(gguf: Path) -> dict[str, int]:
    stat = gguf.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _remembered(gguf: Path) -> str | None:
    try:
        values = json.loads(_memory(gguf).read_text(encoding="utf-8"))
        if {name: values[name] for name in ("size", "mtime_ns")} == _stamp(gguf):
            return str(values["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None
