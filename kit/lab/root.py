"""Paths in requests: always inside the folder that the Jupyter server serves."""

from __future__ import annotations

import os
from pathlib import Path

from kit.i18n import _
from kit.lab.body import text
from kit.lab.refusal import Refused

_LONGEST_NAME = 255  # bytes, on every file system in use


class Root:
    """The folder that the server serves, and nothing beyond it.

    Parameters
    ----------
    folder : path
        As the server names it; a link is followed once, here.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(os.path.expanduser(folder)).resolve()

    def file(self, path: str) -> Path:
        """Return the file that a request means.

        Raises
        ------
        ParameterError
            No file system takes such a name (400).
        Refused
            It lies outside or is hidden (403), or is not there (404).
        """
        found = self._find(path)
        if not found.is_file():
            raise Refused(
                404,
                _("There is no file {path!r}.").format(path=path),
                fix=_("Check its name; paths are relative to the folder that the server serves."),
            )
        return found

    def within(self, path: str) -> Path:
        """Return the folder that a request means; raises as `file` does."""
        found = self._find(path)
        if not found.is_dir():
            raise Refused(
                404,
                _("There is no folder {path!r}.").format(path=path),
                fix=_("Choose one that is there, or make it first."),
            )
        return found

    def relative(self, path: str | os.PathLike[str] | None) -> str | None:
        """Return how a request would name an absolute path, or None for what it could not."""
        if not path or not os.path.isabs(path):
            return None
        try:
            parts = Path(path).resolve().relative_to(self.folder).parts
        except (ValueError, OSError):  # ValueError: outside
            return None
        return None if any(part.startswith(".") for part in parts) else "/".join(parts)

    def _find(self, path: str) -> Path:
        parts = [part for part in text("path", path).split("/") if part not in ("", ".")]
        if path.startswith("/") or any(part.startswith(".") for part in parts):
            raise _outside(path)
        if any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts):
            raise _unusable(path)
        try:
            found = self.folder.joinpath(*parts).resolve()
            inside = found.is_relative_to(self.folder)
            hidden = inside and any(part.startswith(".") for part in found.relative_to(self.folder).parts)
        except (OSError, RuntimeError, ValueError) as exc:  # too long a name; a circle of links
            raise _unusable(path) from exc
        if not inside or hidden:
            raise _outside(path)
        return found


def _unusable(path: str) -> Refused:
    return Refused(400, _("No file can be called {path!r}.").format(path=path[:100]), fix=_("Give another path."))


def _outside(path: str) -> Refused:
    return Refused(
        403,
        _("{path!r} is outside the folder that the server serves, or hidden.").format(path=path[:200]),
        fix=_("Give a path inside it, without '..' and names that begin with a dot."),
    )
