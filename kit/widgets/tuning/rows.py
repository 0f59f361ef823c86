"""What the training rows are like, told by light code: how many, of which labels, how long."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass
from functools import lru_cache

from kit.data import Dataset, open_data
from kit.data.bundled import DATASETS
from kit.data.origin.origin import size_of
from kit.data.spec import DataSpec
from kit.errors import KitError
from kit.widgets.tuning.repeats import repeated

CHARACTERS = 4  # to a token, as a rule of thumb for text in European languages
_HELD_BACK = 0.1
_MOST_BYTES = 20_000_000  # a larger file takes longer to read than a person waits for a page
_SLOW = (".parquet",)  # needs a large library first


@dataclass(frozen=True)
class Rows:
    """The rows of a tuning.

    Parameters
    ----------
    count : int
        Of the training data, those that are held back included.
    held : int
        Of them kept for validation, or the rows of the validation data.
    held_back : bool
        Are they taken from the training data?
    labels : tuple of (str, int)
        Every label with its rows, the most frequent first; none where the task has no labels.
    median, longest : int
        Characters of a text.
    lengths : tuple of int
        Characters of each text, sorted.
    shared : int
        Characters of the instruction that stands before each.
    repeated : int, default 0
        Rows that ask and answer the same as an earlier one.
    """

    count: int
    held: int
    held_back: bool
    labels: tuple[tuple[str, int], ...]
    median: int
    longest: int
    lengths: tuple[int, ...]
    shared: int
    repeated: int = 0

    @property
    def trained(self) -> int:
        """Rows that are trained on."""
        return self.count - self.held if self.held_back else self.count

    @property
    def floor(self) -> float | None:
        """The accuracy of always giving the most frequent label, or None where there are no labels."""
        return self.labels[0][1] / self.count if self.labels else None

    def longer_than(self, tokens: int) -> int:
        """Return about how many rows have more tokens than that, instruction included."""
        most = tokens * CHARACTERS - self.shared
        return sum(length > most for length in self.lengths)


def rows_of(data: DataSpec, validation: DataSpec | None) -> Rows | None:
    """Return what the rows are like; None where they are not quick to read, or where a start will tell why not."""
    at = changed(data.source)
    also = 0 if validation is None else changed(validation.source)
    return None if at is None or also is None else _rows(data, validation, at, also)


def changed(source: str) -> int | None:
    """Return when a file that is quick to read was changed last, 0 for a bundled dataset, else None."""
    if source in DATASETS:
        return 0
    try:
        size = size_of(source)
        if size is None or size > _MOST_BYTES or source.lower().endswith(_SLOW):
            return None
        return os.stat(source).st_mtime_ns
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=16)
def _rows(data: DataSpec, validation: DataSpec | None, at: int, also: int) -> Rows | None:
    try:
        opened = open_data(data)
        held = max(round(len(opened) * _HELD_BACK), 1) if validation is None else len(open_data(validation))
    except (KitError, OSError):
        return None
    lengths = tuple(sorted(map(len, opened.texts)))
    return Rows(
        count=len(opened),
        held=held,
        held_back=validation is None,
        labels=_labels(opened),
        median=round(statistics.median(lengths)),
        longest=lengths[-1],
        lengths=lengths,
        shared=len(opened.instruction),
        repeated=repeated(opened),
    )


def _labels(data: Dataset) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(data.counts.items(), key=lambda each: -each[1])) if data.labels else ()
