"""Does a notebook name places that only this machine has?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from kit.apps.publish.finding import Finding
from kit.apps.publish.source import Cell, Source
from kit.i18n import _

# Folders in which people keep their own things; "/api/v1" is no such place.
_PRIVATE = re.compile(
    r"^(?:/(?:home|Users|root|mnt|media|Volumes|tmp|var|private|opt|srv|data|scratch|content|workspace|workspaces|work)/"
    r"|~[\w.-]*/|[A-Za-z]:[\\/]|\\\\[\w.-]+\\|file://)"
)
_IN_TEXT = re.compile(r"(?<![\w.])(?:/(?:home|Users)/[\w.-]+|[A-Za-z]:\\Users\\[\w.-]+)")
_LONGEST = 4096


def path_findings(source: Source) -> list[Finding]:
    """Return every path of this machine in a notebook: errors in code, warnings in text."""
    found: dict[tuple[int, str], Finding] = {}
    for cell in source.cells:
        for path, line in _in_code(cell):
            found.setdefault((cell.place, path), _finding(path, cell.place, line, sure=True))
        if cell.tree is None:
            for path, line in _in_words(cell):
                found.setdefault((cell.place, path), _finding(path, cell.place, line, sure=cell.kind == "code"))
    return list(found.values())


def _in_code(cell: Cell) -> Iterator[tuple[str, int]]:
    for text, line in cell.strings():
        if is_private(text):
            yield text.splitlines()[0], line
        elif "\n" in text or " " in text:  # a command, a page, a docstring
            yield from ((match[0], line) for match in _IN_TEXT.finditer(text))


def _in_words(cell: Cell) -> Iterator[tuple[str, int]]:
    for line, words in enumerate(cell.text.splitlines(), start=1):
        yield from ((match[0], line) for match in _IN_TEXT.finditer(words))


def is_private(text: str) -> bool:
    """Is `text` a path that only this machine is sure to have?"""
    if not text or len(text) > _LONGEST or "\n" in text.strip():
        return False
    home = str(Path.home())
    if _PRIVATE.match(text) or text == home or text.startswith(home + os.sep):
        return True
    return text.startswith(os.sep) and text.count(os.sep) > 1 and os.path.exists(text) and not _of_the_system(text)


def _of_the_system(path: str) -> bool:
    return path.startswith(("/dev/", "/proc/", "/sys/", "/etc/", "/usr/", "/bin/"))


def _finding(path: str, cell: int, line: int, *, sure: bool) -> Finding:
    return Finding(
        check="paths",
        level="error" if sure else "warning",
        message=_("{path!r} is a place on this machine only.").format(path=path[:200]),
        fix=_("Put the file beside the notebook and name it by its way from there, as in 'data/rows.csv'."),
        cell=cell,
        line=line,
    )
