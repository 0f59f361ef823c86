"""What can be made again is cleared away, the longest unused first, and never what somebody may be reading."""

from __future__ import annotations

import os
import time
from pathlib import Path

from kit.place import trim


def held(folder: Path, name: str, *, ago_s: float, size: int = 100) -> Path:
    """Make a folder with two files that were used so long ago."""
    place = folder / name
    (place / "inner").mkdir(parents=True)
    for path in (place / "config.json", place / "inner" / "weights"):
        path.write_bytes(b"x" * (size // 2))
        os.utime(path, (time.time() - ago_s,) * 2)
    return place


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_longest_unused_goes_first(tmp_path: Path) -> None:
    for name, ago in (("old", 9000), ("older", 90_000), ("newer", 5000), ("newest", 4000)):
        held(tmp_path, name, ago_s=ago)
    trim(tmp_path, 400)
    assert names(tmp_path) == {"old", "older", "newer", "newest"}
    trim(tmp_path, 399)
    assert names(tmp_path) == {"old", "newer", "newest"}
    os.utime(tmp_path / "old" / "config.json")  # used again
    trim(tmp_path, 200)
    assert names(tmp_path) == {"old", "newest"}


def test_what_was_used_just_now_or_is_being_made_stays(tmp_path: Path) -> None:
    held(tmp_path, "now", ago_s=60)
    held(tmp_path, ".making-x", ago_s=90_000)
    outside = held(tmp_path.parent / "outside", "linked", ago_s=90_000)
    (tmp_path / "link").symlink_to(outside)
    trim(tmp_path, 0)
    assert names(tmp_path) == {"now", ".making-x", "link"}
    assert names(outside) == {"config.json", "inner"}
    trim(tmp_path / "missing", 0)
