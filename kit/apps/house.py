"""What the server of apps is told by whoever starts it, over its standard input, where nobody else can read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import psutil

from kit.apps.gallery.entry import Entry
from kit.memory import MIB

_VISITOR_MIB = 100  # a kernel with panels and figures, and some for the server


@dataclass(frozen=True)
class House:
    """Which apps are served, to whom, and what they may do.

    Parameters
    ----------
    entries : tuple of Entry
        The apps; a single one stands at the root, several behind a gallery.
    token : str
        What visitors must know; "" where the password counts alone.
    password : str, default ""
        The hash of a password.
    visitors : int, default 0
        How many kernels there may be at once; 0: as many as half of the memory that is free now holds.
    allow_start : bool, default False
        May visitors start, change and delete runs?
    theme : {"light", "dark"}, default "light"
        The look of the pages.
    """

    entries: tuple[Entry, ...]
    token: str
    password: str = ""
    visitors: int = 0
    allow_start: bool = False
    theme: str = "light"

    @property
    def gallery(self) -> bool:
        """Is there a page before the apps?"""
        return len(self.entries) != 1 or bool(self.entries[0].slug)

    def place(self, entry: Entry) -> str:
        """Return the address of an app below the root, without a slash before it."""
        return f"app/{entry.slug}/" if self.gallery else ""

    def to_line(self) -> str:
        """Return all of it as one line."""
        values = {**vars(self), "entries": [[entry.slug, str(entry.path)] for entry in self.entries]}
        return json.dumps(values) + "\n"

    @classmethod
    def from_line(cls, line: str) -> House:
        """Make one from what `to_line` returned."""
        values = json.loads(line)
        entries = tuple(Entry(slug, Path(path)) for slug, path in values.pop("entries"))
        return cls(entries=entries, **values)


def room_for() -> int:
    """Return how many visitors half of the memory that is free now holds, at least 2 and at most 500."""
    return int(min(max(psutil.virtual_memory().available / MIB / 2 / _VISITOR_MIB, 2), 500))
