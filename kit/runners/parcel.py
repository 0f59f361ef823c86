"""Files of a piece of work as one parcel, for machines that share no file system."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

MOST_BYTES = 2**30  # a parcel is held in memory on its way, more than once


def pack(folder: Path, *, below: str = "", beginning: str = "") -> bytes | None:
    """Return the files of a folder, or None where they come to more than a gibibyte.

    Parameters
    ----------
    folder : Path
        What names in the parcel are relative to; links are left out.
    below : str, default ""
        Only what lies in this folder inside it.
    beginning : str, default ""
        Only what has a name that begins so, directly in there.
    """
    top = folder / below
    files = [path for each in sorted(top.glob(f"{beginning}*")) for path in (each, *each.rglob("*"))]
    files = [path for path in files if path.is_file() and not path.is_symlink()]
    if sum(path.stat().st_size for path in files) > MOST_BYTES:
        return None
    parcel = io.BytesIO()
    with tarfile.open(fileobj=parcel, mode="w") as archive:
        for path in files:
            archive.add(path, arcname=str(path.relative_to(folder)))
    return parcel.getvalue()


def unpack(parcel: bytes, folder: Path) -> None:
    """Lay the files of a parcel (b"" for none) down in `folder`, over those of the same names and nowhere else."""
    if not parcel:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(parcel)) as archive:
        archive.extractall(folder, filter="data")
