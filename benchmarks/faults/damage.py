"""What a crash may leave on the disk: torn lines, files that are gone, cut short or full of rubbish."""

from __future__ import annotations

import random
import shutil
from pathlib import Path


def tear_last_line(path: Path, draw: random.Random) -> None:
    """Cut a file somewhere in its last line, or add the beginning of another one."""
    data = path.read_bytes()
    if draw.random() < 0.5:
        path.write_bytes(data + b'{"t": 1763800000.0, "kind": "metric", "na'[: draw.randrange(1, 40)])
        return
    last = data.rstrip(b"\n").rfind(b"\n") + 1
    path.write_bytes(data[: draw.randrange(last, len(data))] if last else data)


def spoil_checkpoint(folder: Path, draw: random.Random) -> None:
    """Delete the newest file of a folder of checkpoints, or all of them, or damage one."""
    files = sorted((path for path in folder.glob("*") if path.is_file()), key=lambda path: path.stat().st_mtime_ns)
    if not files:
        return
    newest = files[-1]
    how = draw.choice(("newest", "all", "cut", "rubbish", "empty"))
    if how == "newest":
        newest.unlink()
    elif how == "all":
        shutil.rmtree(folder)
    elif how == "cut":
        newest.write_bytes(newest.read_bytes()[: draw.randrange(max(newest.stat().st_size, 1))])
    elif how == "empty":
        newest.write_bytes(b"")
    else:
        data = bytearray(newest.read_bytes())
        for _ in range(8):
            data[draw.randrange(len(data))] = draw.randrange(256)
        newest.write_bytes(bytes(data))
