"""Find the reader for a file, after making sure that there is one to read."""

from __future__ import annotations

import os
from pathlib import Path

from kit.data.bundled import DATASETS
from kit.data.format.suffixes import SUFFIXES
from kit.data.origin.address import without_password
from kit.data.origin.origin import absolute_origin
from kit.data.record import Records, TableRecords, table_of
from kit.data.table import Table
from kit.errors import ParameterError, UnknownNameError, nearest
from kit.i18n import _

READERS = tuple(SUFFIXES)  # the endings of files that can be read


def read_source(source: str, wanted: tuple[str, ...] | None, encoding: str) -> Table:
    """Read the wanted columns of a bundled dataset or a file, all rows at once.

    Parameters and errors are those of `open_source`.

    Raises
    ------
    DataError
        A row cannot be read.
    """
    return table_of(open_source(source, wanted, encoding), wanted)


def open_source(source: str, wanted: tuple[str, ...] | None, encoding: str) -> Records:
    """Open a bundled dataset or a file, to read it row by row.

    Parameters
    ----------
    source : str
        A name of a bundled dataset, which goes before a file of the same name, or a path.
    wanted : tuple of str or None
        Columns that count: a reader may leave the others out; None for all.
    encoding : str
        Of a text file.

    Raises
    ------
    UnknownNameError
        No bundled dataset and no file has that name.
    ParameterError
        There is no such file, it is a folder, or its kind is not known.
    DataError
        The file cannot be read.
    """
    if source in DATASETS:
        return TableRecords(DATASETS[source].read(wanted or ("text", "label")))
    from kit.data.format.open import open_file  # many modules, only where a file is read

    path = Path(os.path.expanduser(source))
    _check_file(source, path)
    try:
        return open_file(path, wanted, encoding)
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise ParameterError(
            "source", source, allowed=_("a file that can be read ({reason})").format(reason=reason)
        ) from exc


def absolute(source: str) -> str:
    """Return `source` so that a process in another folder understands it."""
    if source in DATASETS:
        return source
    return absolute_origin(source) or os.path.abspath(os.path.expanduser(source))


def _check_file(source: str, path: Path) -> None:
    """Raise unless `path` is a file that some reader knows."""
    # os.path, not Path: it answers False for names that no file system takes, where Path raises.
    if not os.path.exists(path):
        raise _missing(source, path)
    kinds = ", ".join(READERS)
    if os.path.isdir(path):
        inside = _data_files(path)
        fix = _("Give one of its files, such as {file!r}.").format(file=str(path / inside[0])) if inside else ""
        raise ParameterError("source", source, allowed=_("a file ({kinds}), not a folder").format(kinds=kinds), fix=fix)
    if not os.path.isfile(path):
        raise ParameterError("source", source, allowed=_("a file ({kinds})").format(kinds=kinds))
    if path.suffix.lower() not in READERS:
        fix = _("Name the file by what it holds, or load it with pandas and give the DataFrame.")
        raise ParameterError("source", source, allowed=_("a file ending in {kinds}").format(kinds=kinds), fix=fix)


def _missing(source: str, path: Path) -> Exception:
    if "://" in source:
        fix = _("Download it and give the path of the file.")
        allowed = _("a file on this machine, the address of a database (sqlite:///file.db), or hf://owner/name")
        return ParameterError("source", without_password(source), allowed=allowed, fix=fix)
    if path.suffix.lower() not in READERS and path.name == source:
        near = nearest(source, [*DATASETS, *_data_files(Path())])
        fix = _("Did you mean {near!r}?").format(near=near) if near else _("Choose one of these, or give a file.")
        return UnknownNameError("source", source, DATASETS, fix=fix)
    if not os.path.isdir(path.parent):
        fix = _("There is no folder {folder!r} (seen from {cwd!r}).").format(folder=str(path.parent), cwd=os.getcwd())
        return ParameterError("source", source, allowed=_("a file that exists"), fix=fix)
    near = nearest(path.name, _data_files(path.parent))
    if near:
        fix = _("Did you mean {near!r}?").format(near=str(path.with_name(near)))
    else:
        fix = _("No file in {folder!r} has a name like it. Bundled: {names}.").format(
            folder=str(path.parent.absolute()), names=", ".join(DATASETS)
        )
    return ParameterError("source", source, allowed=_("a file that exists"), fix=fix)


def _data_files(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if Path(name).suffix.lower() in READERS)
    except OSError:
        return []
