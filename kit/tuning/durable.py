"""Files and folders that are on the disk whole, or not there at all, wherever the writer is killed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError

_ERRNO = re.compile(r"\(os error (\d+)\)")


def write_durably(path: Path, data: bytes) -> None:
    """Write `data` to `path`: on the disk when this returns, and at no moment there in part.

    Parameters
    ----------
    path : Path
        Its folder is made; a killed writer leaves a file beside it whose name begins with a dot and its stem.

    Raises
    ------
    OSError
        What was at `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@contextlib.contextmanager
def rebuilt(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of `folder` when the block ends well.

    A folder with files cannot be replaced in one step: there is a moment between two renames in which `folder` is
    away. After a kill in it, `mend` (which this calls first) puts the earlier one back.

    Raises
    ------
    OSError
        What was at `folder` is as it was.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    mend(folder)
    building = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_building(folder)))
    try:
        yield building
        building.chmod(0o755)
        _sync_tree(building)
        _put_in_place(building, folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def mend(folder: Path) -> None:
    """Put right what a kill inside `rebuilt` left: an earlier `folder` that is moved away, folders half filled."""
    old = _old(folder)
    if old.exists() and not folder.exists():
        try:
            os.replace(old, folder)
        except OSError:  # the only copy stays where it is; whoever fills the folder anew will hear why
            return
    for left in (old, *folder.parent.glob(f"{_building(folder)}*")):
        shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def os_errors(path: Path) -> Iterator[None]:
    """Raise as an `OSError` about `path` what safetensors raises when the disk is full or cannot be written to."""
    try:
        yield
    except SafetensorError as exc:
        found = _ERRNO.search(str(exc))
        if found is None:
            raise
        number = int(found[1])
        raise OSError(number, os.strerror(number), str(path)) from exc


def _put_in_place(building: Path, folder: Path) -> None:
    old = _old(folder)
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(building, folder)
    except OSError:
        if old.exists():
            os.replace(old, folder)
        raise
    _sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".old-{folder.name}")


def _building(folder: Path) -> str:
    return f".{folder.name}."


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some file systems refuse it; their renames are as lasting as they can be
            os.fsync(handle)
    finally:
        os.close(handle)
