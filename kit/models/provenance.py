"""Which model exactly: where it came from, its revision, the hash of each of its files.

What cannot be known is said, as "unknown: " and why.
"""

from __future__ import annotations

import hashlib
import os
from importlib import metadata
from pathlib import Path
from typing import Any

from kit.errors import Stopped
from kit.models import package
from kit.models.folder import read_json
from kit.models.hashes import file_hash
from kit.models.reference import Reference, refer
from kit.models.source import Location, base_of, locate
from kit.report import Report

_WEIGHTS = (".safetensors", ".gguf")
# What decides, beside the weights, how a text is read and an answer is written.
_BESIDE = {
    *("config.json", "generation_config.json", "adapter_config.json", "tunebook.json"),
    *("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja"),
}
_STOPPED = "unknown: a stop was asked for before it was hashed"
_REMEMBERED_FROM = 1_000_000  # bytes; less is hashed anew each time


def model_provenance(model: str | Location, report: Report | None = None) -> dict[str, Any]:
    """Return where a model on this machine came from, as plain values.

    Parameters
    ----------
    model : str or Location
        Anything that `locate` takes, or what it gave.
    report : Report, optional
        Told how far the hashing of large files is. Asked to stop, it leaves those that were never hashed before, and
        says so in the place of the hash: this function raises no `Stopped`, since it is called when work is done.

    Returns
    -------
    dict
        "name", "origin" ("hub", "package", "local", "run", "registry"), "source" (hub id, package, path or run id),
        "revision", "files" (name to SHA-256, weights first). Of a converted GGUF file also "converted_from"; of an
        adapter also "base", the provenance of the model below.

    Raises
    ------
    KitError
        As from `locate`.
    """
    location = locate(model) if isinstance(model, str) else model
    reference = refer(location.name)
    source, revision = _origin(location, reference)
    values: dict[str, Any] = {
        "name": location.name,
        "origin": location.origin,
        "source": source,
        "revision": revision,
        "files": _hashes(location.adapter or location.path, report),
    }
    base = base_of(reference)
    if base is not None:
        return {**values, "base": model_provenance(base, report)}
    gguf = _gguf(reference) if location.origin in ("local", "package") else None
    return values if gguf in (None, location.path) else {**values, "converted_from": _hashes(gguf, report)}


def hashes_left_out(provenance: dict[str, Any]) -> bool:
    """Did a stop keep `model_provenance` from hashing a file, so that another time it would tell something else?"""
    base = provenance.get("base")
    return _STOPPED in provenance["files"].values() or (base is not None and hashes_left_out(base))


def _origin(location: Location, reference: Reference) -> tuple[str, str]:
    """Return what the model was taken from, and which state of it."""
    card = reference.card
    if location.origin == "hub":
        commit = location.path.name if location.path.parent.name == "snapshots" else "unknown: not in a snapshot"
        return (card.hub_id if card else reference.value), commit
    if location.origin == "package":
        name = _package(reference)
        return name, _package_version(name)
    if location.origin == "local":
        return os.path.abspath(os.path.expanduser(reference.value)), "unknown: a local file or folder has none"
    if location.origin == "registry":
        return reference.value, _registered(location)
    return reference.value, "none: a run makes one adapter"


def _package(reference: Reference) -> str:
    own = reference.card.package if reference.kind == "card" and reference.card else None
    return package.normalised(own or reference.value)


def _package_version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
    marker = read_json(package.downloads_folder(name) / package.MARKER) or {}
    wheel = str(marker.get("wheel", "")).split("-")  # its second part is the version (PEP 427)
    return wheel[1] if len(wheel) > 1 else "unknown: the package does not tell"


def _registered(location: Location) -> str:
    note = read_json((location.adapter or location.path) / "registered.json") or {}
    return f"version {note['version']}" if "version" in note else "unknown: the copy does not tell"


def _gguf(reference: Reference) -> Path | None:
    """Return the GGUF file that `reference` stands for, or None when it is a folder or an adapter."""
    found = Path(reference.value) if reference.kind == "path" else package.find(_package(reference))
    return found if found is not None and found.suffix.lower() == ".gguf" else None


def _hashes(place: Path, report: Report | None) -> dict[str, str]:
    paths = [place] if place.is_file() else sorted(place.iterdir(), key=lambda path: (not _is_weights(path), path.name))
    return {path.name: _hash(path, report) for path in paths if _is_weights(path) or path.name in _BESIDE}


def _is_weights(path: Path) -> bool:
    return path.suffix.lower() in _WEIGHTS


def _hash(path: Path, report: Report | None) -> str:
    try:
        if path.stat().st_size < _REMEMBERED_FROM:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        return file_hash(path, report)
    except Stopped:
        return _STOPPED
    except OSError as exc:
        return f"unknown: {exc.strerror or exc}"
