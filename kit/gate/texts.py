"""Texts on disk, by part and place: checks that compare rows read some of them again, and memory stays small."""

from __future__ import annotations

import tempfile
from array import array
from pathlib import Path
from types import TracebackType

from kit.gate.finding import Part


class Texts:
    """Texts that were put away in order, to be had again by their place.

    Parameters
    ----------
    folder : Path
        Where the file (and other passing files) may lie; it goes with `close`, and with the process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by close)
        self._ends = {"data": array("Q", [0]), "test": array("Q", [0])}
        self._starts = {"data": array("Q"), "test": array("Q")}
        self._length = 0

    def add(self, part: Part, text: str) -> None:
        """Put away the text of the next row of `part`."""
        data = text.encode("utf-8", "surrogatepass")
        self._starts[part].append(self._length)
        self._file.seek(self._length)
        self._file.write(data)
        self._length += len(data)
        self._ends[part].append(self._length)

    def get(self, part: Part, place: int) -> str:
        """Return the text of the row at `place`, from 0."""
        start = self._starts[part][place]
        self._file.seek(start)
        return self._file.read(self._ends[part][place + 1] - start).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Forget all texts."""
        self._file.close()

    def __enter__(self) -> Texts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
