"""A wheel from what is installed, for a package that no index has in this version: one built or changed here."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from kit.errors import KitError
from kit.i18n import _

_LEFT_OUT = ("__pycache__", "labextension", "node_modules")
_TOLD = ("METADATA", "WHEEL", "entry_points.txt", "top_level.txt")


def from_an_index(name: str) -> bool:
    """Did the package `name` come from a package index, so that its version can be had from there again?"""
    return metadata.distribution(name).read_text("direct_url.json") is None


def repack(name: str, folder: Path) -> Path:
    """Write the installed package `name` to `folder` as a wheel and return its path.

    Raises
    ------
    KitError
        It is installed from a folder in a way that tells nothing of its files.
    """
    held = metadata.distribution(name)
    files = dict(_files(held))
    if not files:
        raise KitError(
            _("The package {name} is installed from a folder that does not tell its files.").format(name=name),
            fix=_("Install it with: pip install {name}, or from its folder without -e.").format(name=name),
        )
    info = f"{held.metadata['Name'].replace('-', '_')}-{held.version}.dist-info"
    for told in _TOLD:
        text = held.read_text(told)
        if text is not None:
            files[f"{info}/{told}"] = text.encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{info.removesuffix('.dist-info')}-{_tag(held)}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, content in sorted(files.items()):
            archive.writestr(place, content if isinstance(content, bytes) else content.read_bytes())
        archive.writestr(f"{info}/RECORD", _record(files, info))
    return path


def _files(held: metadata.Distribution) -> Iterator[tuple[str, Path | bytes]]:
    """Yield the place of each file in the wheel, and the file."""
    editable = _editable_root(held)
    if editable is not None:
        for module in _modules(held, editable):
            for path in sorted(module.rglob("*")) if module.is_dir() else [module]:
                place = path.relative_to(module.parent)
                if path.is_file() and not any(part in _LEFT_OUT for part in place.parts):
                    yield place.as_posix(), path
        return
    for file in held.files or []:
        inside = file.parts[0] != ".." and not file.parts[0].endswith(".dist-info") and file.suffix != ".pyc"
        path = Path(str(held.locate_file(file)))
        if inside and path.is_file() and not any(part in _LEFT_OUT for part in file.parts):
            yield file.as_posix(), path


def _editable_root(held: metadata.Distribution) -> Path | None:
    told = json.loads(held.read_text("direct_url.json") or "{}")
    if not told.get("dir_info", {}).get("editable"):
        return None
    from urllib.parse import unquote, urlparse

    return Path(unquote(urlparse(str(told["url"])).path))


def _modules(held: metadata.Distribution, root: Path) -> list[Path]:
    """Return the folders and files of an editable package: those that the installer points to, else of its own name."""
    names = (held.read_text("top_level.txt") or "").split() or _entered(held)
    places = [place for name in names for place in (root / name, root / "src" / name, root / f"{name}.py")]
    return [place for place in places if place.exists()]


def _entered(held: metadata.Distribution) -> list[str]:
    """Return the packages that the commands of a distribution begin in."""
    entries = [entry.value.partition(":")[0].partition(".")[0] for entry in held.entry_points]
    return list(dict.fromkeys(entries)) or [held.metadata["Name"].replace("-", "_")]


def _tag(held: metadata.Distribution) -> str:
    told = held.read_text("WHEEL") or ""
    tags = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("Tag:")]
    return tags[0] if tags else "py3-none-any"


def _record(files: dict[str, Path | bytes], info: str) -> str:
    rows = []
    for place, content in sorted(files.items()):
        data = content if isinstance(content, bytes) else content.read_bytes()
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        rows.append(f"{place},sha256={digest},{len(data)}")
    return "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
