"""Short rows that differ in one word: found by what is left when each word in turn is left out.

In a row of five words one typing error changes so much of any sketch that it would be missed. Two rows that differ in
one word, or in two neighbours swapped, share a key here for certain: the hash of all their other words in order (the
deletion neighbourhood of Mor and Fraenkel 1982, with words for letters). Where many rows share a key, a template with
one blank to fill in, they are ordered by the word that was left out, from its beginning and from its end, and each is
compared with its neighbours only: one wrong letter leaves the other end of a word as it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.features import Counts, hashes_of
from kit.gate.alike.likeness import KNOWN
from kit.gate.alike.words import Words, codes_of, mixed, spans

_LONGEST = 24  # words: sketches find longer rows that differ in one
_LAG = 16  # neighbours that are compared
_ENTRY = np.dtype([("key", "<u8"), ("row", "<u4"), ("front", "<u4"), ("back", "<u4"), ("word", "<u4")])
_AT_ONCE = 1 << 21  # entries: 48 MB


class LeftOut:
    """Keys of rows with one word left out, on disk.

    Parameters
    ----------
    folder : Path
        Where the file may lie.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (goes with this object)
        self._entries = 0

    def add(self, words: Words, first: int) -> None:
        """Put away the keys of texts that are the rows from `first` on."""
        bounds = words.bounds()
        counts = np.diff(bounds)
        short = np.flatnonzero((counts > 0) & (counts <= _LONGEST))
        starts, sizes = bounds[short], counts[short]
        whole = np.empty(len(short), _ENTRY)
        whole["key"] = mixed(spans(words.hashes, starts, starts + sizes))
        whole["row"] = short + first
        whole["front"] = whole["back"] = whole["word"] = 0
        at = np.repeat(starts - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(sizes.sum())
        each = np.empty(len(at), _ENTRY)
        each["key"] = mixed(_without(words.hashes, at, np.repeat(starts, sizes), np.repeat(starts + sizes, sizes)))
        each["row"] = np.repeat(short, sizes) + first
        each["front"], each["back"] = _ends(words, at)
        each["word"] = hashes_of(words)[at]
        each = each[~words.numeral[at]]  # rows that differ in a number are not the same
        unspaced = whole.copy()
        unspaced["key"] = _unspaced(words)[short]
        for entries in (whole[sizes > 1], unspaced, each):
            self._file.write(entries.tobytes())
            self._entries += len(entries)

    def pairs(self, kept: NDArray[Any], counts: Counts) -> Iterator[NDArray[Any]]:
        """Yield pairs of rows that may be alike, shape (n, 2), among those where `kept` is True.

        Parameters
        ----------
        kept : array of bool, shape (rows,)
        counts : Counts
            In how many rows each word stands: what stands in several is no slip of the pen.
        """
        parts = 1 << max(0, (self._entries // _AT_ONCE).bit_length())
        for part in range(parts):
            entries = np.concatenate([np.empty(0, _ENTRY), *self._part(part, parts, kept)])
            for end in ("front", "back"):
                ordered = entries[np.lexsort((entries["row"], entries[end], entries["key"]))]
                yield from _neighbours(ordered, counts.of(ordered["word"]) >= KNOWN)

    def _part(self, part: int, parts: int, kept: NDArray[Any]) -> Iterator[NDArray[Any]]:
        self._file.seek(0)
        while data := self._file.read(_AT_ONCE // 4 * _ENTRY.itemsize):
            entries = np.frombuffer(data, _ENTRY)
            yield entries[kept[entries["row"]] & (entries["key"] & np.uint64(parts - 1) == part)]


def _without(hashes: NDArray[Any], at: NDArray[Any], starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[Any]:
    """Return the hash of each span without the word at `at`: that of what stands before, and of the rest moved up."""
    whole: NDArray[Any] = spans(hashes, starts, at) + spans(hashes, at + 1, ends, origins=starts + 1)
    return whole


def _unspaced(words: Words) -> NDArray[Any]:
    """Return a hash of the letters of each text, whatever blanks and signs stand between them."""
    codes = codes_of(words.joined)
    steps = np.zeros(len(codes) + 1, np.int8)
    steps[words.starts] += 1
    steps[words.ends] -= 1
    inside = np.cumsum(steps[:-1]) > 0
    bounds = words.bounds()
    before = np.r_[0, np.cumsum(inside)]
    starts = before[np.r_[words.starts, len(codes)]][bounds]
    letters = codes[inside].astype(np.uint64) + np.uint64(7)
    return mixed(spans(letters, starts[:-1], starts[1:]))


def _ends(words: Words, at: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the first four and the last four characters of words, packed so that equal beginnings sort together."""
    codes = codes_of(words.joined)
    starts, ends = words.starts[at], words.ends[at]
    front, back = np.zeros(len(at), np.uint32), np.zeros(len(at), np.uint32)
    for step in range(4):
        inside = starts + step < ends
        first = np.where(inside, codes[np.minimum(starts + step, ends - 1)], 0).astype(np.uint32) & np.uint32(0xFF)
        last = np.where(inside, codes[np.maximum(ends - 1 - step, starts)], 0).astype(np.uint32) & np.uint32(0xFF)
        front, back = front << np.uint32(8) | first, back << np.uint32(8) | last
    return front, back


def _neighbours(entries: NDArray[Any], known: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield pairs of rows close to each other among those with the same key, if what they left out may be a slip."""
    for lag in range(1, _LAG + 1):
        one, other = entries[:-lag], entries[lag:]
        if not len(one):
            return
        found = np.flatnonzero((one["key"] == other["key"]) & (one["row"] != other["row"]))
        one, other = one[found], other[found]
        # One slip leaves an end of a word as it is; of two words that are both known, one may be a form of the other.
        shift = np.where(known[:-lag][found] & known[lag:][found], np.uint32(8), np.uint32(24))
        alike = (one["front"] >> shift == other["front"] >> shift) | (one["back"] >> shift == other["back"] >> shift)
        alike |= (one["front"] == 0) | (other["front"] == 0)
        if alike.any():
            pairs = np.stack([one["row"][alike], other["row"][alike]], axis=1).astype(np.int64)
            yield np.sort(pairs, axis=1)
