"""Where an export goes: nowhere that something is already, and there as a whole or not at all. Light."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kit.errors import ParameterError
from kit.i18n import _


def check_free(folder: Path) -> None:
    """Raise unless `folder` can be filled.

    Raises
    ------
    ParameterError
        Something is there, or it cannot be written to; names a folder that is free.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fix = _("Give another, such as folder={free!r}.").format(free=str(_free(folder)))
        raise ParameterError("folder", str(folder), allowed=_("a folder that is empty or not there yet"), fix=fix)
    above = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise ParameterError("folder", str(folder), allowed=_("a folder that may be written to"))


def _free(folder: Path) -> Path:
    number = 2
    while (found := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return found


@contextlib.contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which becomes `folder` when the block ends well; else nothing is left of it.

    Raises
    ------
    ParameterError
        Somebody else has filled `folder` meanwhile.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield staged
        _open_to_readers(staged)
        check_free(folder)
        os.replace(staged, folder)  # an empty folder of that name is replaced
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _open_to_readers(folder: Path) -> None:
    """Let others read what some libraries write for its owner alone."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
