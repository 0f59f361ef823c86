"""Models that come inside a Python package: an installed one, or one whose wheel was downloaded.

Packages are looked at as files and never imported: importing would run their code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path, PurePosixPath

from kit.errors import ParameterError
from kit.i18n import _
from kit.models.folder import INDEX, read_json
from kit.place import cache

MARKER = "tunebook.json"
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_BESIDE_WEIGHTS = (".json", ".txt", ".model", ".jinja", ".safetensors")


def normalised(package: str) -> str:
    """Return the name of `package` as all tools agree on it.

    Raises
    ------
    ParameterError
        It is no package name; in particular no path and no option of pip.
    """
    if not _NAME.fullmatch(package):
        raise ParameterError("package", package, allowed=_("a package name of letters, digits, '-', '_' and '.'"))
    return re.sub(r"[-_.]+", "-", package).lower()


def find(package: str) -> Path | None:
    """Return the model inside `package` (a GGUF file or a model folder), or None when it is not on this machine."""
    return _installed(package) or _downloaded(package)


def downloads_folder(package: str) -> Path:
    """Return the folder in the cache for what was taken out of the wheel of `package`."""
    return cache() / "packages" / normalised(package)


def model_files(sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Choose the files that make up the model among the files of a package.

    Parameters
    ----------
    sizes : mapping of str to int
        Path inside the package, with forward slashes, to size in bytes.

    Returns
    -------
    tuple of str
        The largest GGUF file (the least squeezed one); else all files of the folder that holds config.json and
        safetensors; else nothing.
    """
    gguf = [name for name in sizes if name.lower().endswith(".gguf")]
    if gguf:
        return (max(gguf, key=lambda name: (sizes[name], name)),)
    folders = {PurePosixPath(name).parent for name in sizes if PurePosixPath(name).name == "config.json"}
    for folder in sorted(folders):
        inside = [name for name in sizes if PurePosixPath(name).parent == folder]
        names = {PurePosixPath(name).name for name in inside}
        if names & {"model.safetensors", INDEX}:
            return tuple(sorted(name for name in inside if name.lower().endswith(_BESIDE_WEIGHTS)))
    return ()


def _installed(package: str) -> Path | None:
    try:
        files = metadata.distribution(normalised(package)).files or []
    except metadata.PackageNotFoundError:
        return None
    places = {file.as_posix(): Path(str(file.locate())) for file in files}
    sizes = {name: path.stat().st_size for name, path in places.items() if path.is_file()}
    return _as_model([places[name] for name in model_files(sizes)])


def _downloaded(package: str) -> Path | None:
    folder = downloads_folder(package)
    values = read_json(folder / MARKER)
    if values is None:
        return None
    names = [Path(str(name)).name for name in values.get("files", [])]
    return _as_model([folder / name for name in names])


def _as_model(paths: list[Path]) -> Path | None:
    if not paths or not all(path.is_file() for path in paths):
        return None
    return paths[0] if paths[0].suffix.lower() == ".gguf" else paths[0].parent
