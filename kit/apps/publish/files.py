"""Which files a notebook reads beside itself: those that its code names, and the modules that it imports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kit.apps.publish.finding import Finding
from kit.apps.publish.imports import imported
from kit.apps.publish.paths import is_private
from kit.apps.publish.secrets import secrets_in_file
from kit.apps.publish.source import Source
from kit.data.format.suffixes import SUFFIXES
from kit.i18n import _

LARGEST = 500_000_000  # bytes of all files together
_TEXT = 1_000_000  # bytes: a larger file is data, and not looked through for secrets
_LONGEST = 255


@dataclass
class Beside:
    """The files that go with a notebook, relative to its folder, and what is wrong with them."""

    files: dict[str, Path] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def files_beside(source: Source) -> Beside:
    """Return the files that the code of a notebook names or imports and that lie in its folder."""
    found = Beside()
    folder = source.path.parent.resolve()
    for cell in source.code:
        for text, line in cell.strings():
            if _may_be_a_path(text):
                _take(found, folder, text, cell.place, line)
        for module, _line in imported(cell):
            for path in _module_files(folder, module):
                found.files[path.relative_to(folder).as_posix()] = path
    found.files.pop(source.path.name, None)
    _check_size(found)
    for name, path in found.files.items():
        if path.stat().st_size <= _TEXT:
            found.findings += secrets_in_file(name, path.read_text(encoding="utf-8", errors="replace"))
        if path.suffix.lower() in SUFFIXES:
            found.findings.append(_rows(name))
    return found


def _may_be_a_path(text: str) -> bool:
    plain = text.strip()
    return bool(plain) and len(plain) <= _LONGEST and plain not in (".", "..") and plain.isprintable()


def _take(found: Beside, folder: Path, text: str, cell: int, line: int) -> None:
    if is_private(text) or os.path.isabs(text):
        return  # told as a path of this machine
    try:
        path = (folder / text).resolve()
        there = path.exists()
    except (OSError, ValueError, RuntimeError):
        return
    if not there or path == folder:
        return
    if not path.is_relative_to(folder):
        if ".." in Path(text).parts or path.is_file():
            found.findings.append(_outside(text, cell, line))
        return
    if any(part.startswith(".") for part in path.relative_to(folder).parts):
        found.findings.append(_hidden(text, cell, line))
        return
    if path.is_dir() and os.sep not in text and "." not in text:
        return  # a word like "data" may well mean something else; what lies in it is named in full where it is read
    for each in _all_files(path):
        found.files[each.relative_to(folder).as_posix()] = each


def _all_files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for top, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        yield from (Path(top, name) for name in sorted(names) if not name.startswith("."))


def _module_files(folder: Path, module: str) -> Iterator[Path]:
    if (folder / f"{module}.py").is_file():
        yield folder / f"{module}.py"
    elif (folder / module / "__init__.py").is_file():
        yield from (path for path in _all_files(folder / module) if path.suffix != ".pyc")


def _check_size(found: Beside) -> None:
    size = sum(path.stat().st_size for path in found.files.values())
    if size > LARGEST:
        found.findings.append(
            Finding(
                check="files",
                message=_("The files beside it take {n:.0f} MB.").format(n=size / 1e6),
                fix=_("Name only what the app needs; up to {n:.0f} MB go into a bundle.").format(n=LARGEST / 1e6),
            )
        )


def _rows(name: str) -> Finding:
    return Finding(
        check="files",
        level="warning",
        message=_("{name} goes into the bundle as it is, with any personal data in it.").format(name=name),
        fix=_("Give the bundle only to people who may read these rows, or clean the file first: kit.clean_data(…)."),
    )


def _outside(text: str, cell: int, line: int) -> Finding:
    return Finding(
        check="files",
        message=_("{path!r} is outside the notebook's folder, so it would not come along.").format(path=text),
        fix=_("Move or copy it beside the notebook and name it by its way from there."),
        cell=cell,
        line=line,
    )


def _hidden(text: str, cell: int, line: int) -> Finding:
    return Finding(
        check="files",
        message=_("{path!r} is a hidden file, and those often keep secrets.").format(path=text),
        fix=_("Read what it holds from the environment, or give the file a name without the dot."),
        cell=cell,
        line=line,
    )
