"""A file of JSON lines that is only appended to, by several processes at once: what people decide is never lost."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import _

try:
    import fcntl
except ImportError:  # Windows: appending alone has to do
    fcntl = None  # type: ignore[assignment]


class Lines:
    """The lines of one file.

    Parameters
    ----------
    path : Path
        It need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    @property
    def changed(self) -> tuple[int, int]:
        """What is another whenever something was written, by anybody: time and size of the file."""
        try:
            about = os.stat(self.path)
        except OSError:
            return 0, 0
        return about.st_mtime_ns, about.st_size

    def append(self, values: Mapping[str, Any]) -> None:
        """Append a line, and have it on the disk; a line that a crash cut short stays one of its own.

        Raises
        ------
        KitError
            The file cannot be written to.
        """
        line = json.dumps(values, ensure_ascii=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                if fcntl is not None:
                    fcntl.flock(handle, fcntl.LOCK_EX)
                end = os.lseek(handle, 0, os.SEEK_END)
                whole = end == 0 or os.pread(handle, 1, end - 1) == b"\n"
                os.write(handle, f"{'' if whole else chr(10)}{line}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as exc:
            problem = _("The decision could not be kept in {path}: {reason}.")
            raise KitError(
                problem.format(path=self.path, reason=exc.strerror or exc),
                fix=_("Make room or make the folder writable, then decide again."),
            ) from exc

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield what the lines hold, oldest first; one that a crash cut short, or that is no object, is passed over."""
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        for line in text.split("\n"):
            try:
                values = json.loads(line)
            except ValueError:
                continue
            if isinstance(values, dict):
                yield values
