"""Excel and OpenDocument spreadsheets, through python-calamine, read by a process of its own."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from kit.data.format import excel_process
from kit.data.format.formula import Formulas
from kit.data.record import Record, Records
from kit.data.table import check_columns, no_rows
from kit.errors import DataError, MissingPackageError
from kit.i18n import _, ngettext

_UNPACKED_MIB = 512  # of the parts of a file; more takes longer than anybody waits, and no sheet by hand has it
_MEMORY_MIB = 3072
_SECONDS = 60
_PASSWORD = "PasswordError"


class ExcelRows(Records):
    """The rows of the first sheet that has any; its first row names the columns.

    Dates are ISO text, whole numbers have no point, what a formula shows is read, not the formula.

    Parameters
    ----------
    path : Path
        An .xlsx, .xlsm, .xlsb, .xls or .ods file.

    Raises
    ------
    DataError
        The file is damaged, needs a password, is too large unpacked, or has no rows.
    MissingPackageError
        There is no python-calamine.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path.name, _("row"))
        self.hint = _("The first row must name the columns.")
        if importlib.util.find_spec("python_calamine") is None:
            raise MissingPackageError("python-calamine", needed_for=_("Reading Excel files"), extra="data")
        _check_size(path)
        self._rows = _written_out(path)
        told = json.loads(self._rows.readline())
        self._begins = self._rows.tell()
        if told["others"]:
            note = ngettext(
                "Only the sheet {name!r} was read; {n} other has rows: {others}.",
                "Only the sheet {name!r} was read; {n} others have rows: {others}.",
                len(told["others"]),
            )
            self.note(note.format(name=told["sheet"], n=len(told["others"]), others=", ".join(told["others"][:5])))
        self._header = self._named()
        check_columns(self.name, self._header)
        self._columns.update(dict.fromkeys(name for name in self._header if name))

    def read(self) -> Iterator[Record]:
        """Yield a record for each row that is not empty, numbered as in the sheet."""
        formulas = Formulas()
        rows = self._cells()
        next(rows)
        unnamed = 0
        for number, values in rows:
            cells = dict(zip(self._header, values, strict=True))
            unnamed += "" in cells and any(
                value is not None for name, value in zip(self._header, values, strict=True) if not name
            )
            cells.pop("", None)
            formulas.look(values)
            yield Record(number, cells)
        if unnamed:
            note = ngettext(
                "{n} row has cells in columns without a name; these were left out.",
                "{n} rows have cells in columns without a name; these were left out.",
                unnamed,
            )
            self.note(note.format(n=f"{unnamed:,}"))
        if text := formulas.note():
            self.note(text)

    def _named(self) -> tuple[str, ...]:
        first = next(self._cells(), None)
        if first is None:
            raise no_rows(self.name)
        return tuple("" if value is None else str(value).strip() for value in first[1])

    def _cells(self) -> Iterator[tuple[int, list[Any]]]:
        # By its place, not line by line from where it stands: two may read at once.
        place, number = self._begins, 0
        while True:
            self._rows.seek(place)
            line = self._rows.readline()
            place = self._rows.tell()
            if not line:
                return
            number += 1
            values: list[Any] = json.loads(line)
            if any(value is not None for value in values):
                yield number, values


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return  # .xls, which is not packed, or damaged, which its reader tells
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as exc:
        raise _damaged(path, str(exc)) from exc
    if size > _UNPACKED_MIB << 20:
        problem = _("{name} has {size:,} MiB unpacked; up to {most} MiB are read.").format(
            name=path.name, size=size >> 20, most=_UNPACKED_MIB
        )
        raise DataError(problem, fix=_("Save it as CSV or Parquet."))


def _written_out(path: Path) -> IO[bytes]:
    """Return a passing file with the rows, as `excel_process` writes them."""
    # -P: a file in a folder of the reader or of the user must not become a module.
    command = [sys.executable, "-P", excel_process.__file__, str(path), str(_MEMORY_MIB), str(_SECONDS)]
    rows = tempfile.TemporaryFile()  # noqa: SIM115 (goes with the one who reads it)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=rows,
            stderr=subprocess.DEVNULL,
            timeout=2 * _SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise _damaged(path, _("reading it took too long")) from exc
    rows.seek(0)
    line = rows.readline()
    last = _last_line(rows)
    error = "" if not last.startswith(b'{"error"') else str(json.loads(last)["error"])
    if _PASSWORD in error:
        problem = _("{name} is locked with a password.").format(name=path.name)
        raise DataError(problem, fix=_("Save it without one."))
    if error == "memory" or done.returncode in (-signal.SIGABRT, -signal.SIGKILL):
        raise _damaged(path, _("it asks for more than {most} MiB of memory").format(most=_MEMORY_MIB))
    if error or done.returncode or not line:
        raise _damaged(path, error or _("its reader ended with code {code}").format(code=done.returncode))
    rows.seek(0)
    return rows


def _last_line(rows: IO[bytes]) -> bytes:
    """Return the last line, or what of it is not long."""
    size = rows.seek(0, 2)
    rows.seek(max(size - 4096, 0))
    return rows.read().rstrip(b"\n").rpartition(b"\n")[2]


def _damaged(path: Path, reason: str) -> DataError:
    problem = _("{name} is not a spreadsheet that can be read: {reason}.").format(
        name=path.name, reason=" ".join(reason.split())[:200].rstrip(".")
    )
    return DataError(problem, fix=_("Save it again, or as CSV; the copy may be damaged or cut short."))
