"""The n-grams of the test rows, and where they stand in other texts.

What many test rows have in common (an instruction that stands before each question) is taken off first: the rest of a
row is what it asks. Of at least `size` words it is looked for by its n-grams of that many words; of fewer, by all of
them as one n-gram.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.words import Words, mixed, spans

_COMMON = 0.01  # of the test rows, and more than three: n-grams in more belong to their form
_FEWEST = 3
_BITS = 22
_PAIR = np.dtype([("gram", "<u8"), ("row", "<u4")])


class Hits(NamedTuple):
    """Where n-grams of test rows stand: for each, the text, the first word, the n-gram and its words."""

    text: NDArray[Any]
    word: NDArray[Any]
    gram: NDArray[Any]
    size: int


class Grams:
    """The n-grams of the test rows.

    Parameters
    ----------
    size : int
        Words of an n-gram.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._hashes: list[NDArray[Any]] = []
        self._owners: list[NDArray[Any]] = []
        self._whole: list[bool] = []

    def add(self, words: Words, whole: list[bool]) -> None:
        """Enter the next test rows; those where `whole` is True keep what they have in common with others."""
        self._hashes.append(words.hashes)
        self._owners.append(words.texts + len(self._whole))
        self._whole += whole

    def close(self) -> None:
        """Make the n-grams ready to be looked up; no rows can be added then."""
        hashes = np.concatenate([np.empty(0, np.uint64), *self._hashes])
        owners = np.concatenate([np.empty(0, np.int64), *self._owners])
        self._hashes.clear()
        self._owners.clear()
        own = self._own(hashes, owners)
        pairs = np.unique(np.concatenate([np.empty(0, _PAIR), *self._pairs(hashes, owners, own)]))
        self._grams, self._starts, self._counts = np.unique(pairs["gram"], return_index=True, return_counts=True)
        self._rows = pairs["row"].astype(np.int64)
        self.kept = np.bincount(self._rows, minlength=len(self._whole))  # n-grams of each row
        self._filter = np.zeros(1 << _BITS, bool)
        self._filter[_cell(self._grams)] = True

    def _own(self, hashes: NDArray[Any], owners: NDArray[Any]) -> NDArray[Any]:
        """Which words are not part of an n-gram that many rows have? All, in rows of which nothing would be left."""
        rows = len(self._whole)
        at, grams = _grams(hashes, owners, self._size)
        pairs = np.empty(len(at), _PAIR)
        pairs["gram"], pairs["row"] = grams, owners[at]
        found, counts = np.unique(np.unique(pairs)["gram"], return_counts=True)
        common = found[counts > max(_FEWEST, _COMMON * rows)]
        covered = at[np.isin(grams, common)]
        steps = np.zeros(len(hashes) + 1, np.int64)
        np.add.at(steps, covered, 1)
        np.add.at(steps, covered + self._size, -1)
        own = np.cumsum(steps[:-1]) == 0
        left = np.bincount(owners[own], minlength=rows) > 0
        kept: NDArray[Any] = own | (~left | np.array(self._whole, bool))[owners]
        return kept

    def _pairs(self, hashes: NDArray[Any], owners: NDArray[Any], own: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the n-grams of each row's longest run of own words, by their sizes."""
        breaks = np.flatnonzero(np.r_[True, (owners[1:] != owners[:-1]) | (own[1:] != own[:-1])]) if len(own) else own
        ends = np.r_[breaks[1:], len(own)].astype(np.int64)
        breaks, ends = breaks[own[breaks]], ends[own[breaks]]
        longest = np.lexsort((breaks, breaks - ends, owners[breaks]))
        longest = longest[np.r_[True, np.diff(owners[breaks[longest]]) > 0]] if len(longest) else longest
        starts, lengths = breaks[longest], (ends - breaks)[longest]
        self.sizes = np.unique(np.minimum(lengths, self._size)).tolist()
        found = []
        for size in self.sizes:
            fits = lengths >= size if size == self._size else lengths == size
            many = lengths[fits] - size + 1
            at = np.repeat(starts[fits] - np.r_[0, np.cumsum(many)[:-1]], many) + np.arange(many.sum())
            pairs = np.empty(len(at), _PAIR)
            pairs["gram"], pairs["row"] = _hashed(hashes, at, size), owners[at]
            found.append(pairs)
        return found

    def find(self, words: Words, size: int) -> Hits:
        """Return where n-grams of `size` words that test rows have stand in texts."""
        at, hashes = _grams(words.hashes, words.texts, size)
        maybe = np.flatnonzero(self._filter[_cell(hashes)])
        at, hashes = at[maybe], hashes[maybe]
        place = np.searchsorted(self._grams, hashes)
        found = np.flatnonzero(self._grams[np.minimum(place, len(self._grams) - 1)] == hashes)
        return Hits(words.texts[at[found]], at[found], place[found], size)

    def owners(self, gram: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the test rows that have each of some n-grams, and for each of these which n-gram it was."""
        counts = self._counts[gram]
        which = np.repeat(np.arange(len(gram)), counts)
        inside = np.arange(counts.sum()) - np.repeat(np.r_[0, np.cumsum(counts)[:-1]], counts)
        return self._rows[self._starts[gram][which] + inside], which


def _grams(hashes: NDArray[Any], owners: NDArray[Any], size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return where each n-gram within one text begins, and its hash."""
    last = max(len(hashes) - size + 1, 0)
    at = np.flatnonzero(owners[:last] == owners[size - 1 :])
    return at, _hashed(hashes, at, size)


def _hashed(hashes: NDArray[Any], at: NDArray[Any], size: int) -> NDArray[Any]:
    return mixed(spans(hashes, at, at + size) + np.uint64(size))


def _cell(hashes: NDArray[Any]) -> NDArray[Any]:
    cells: NDArray[Any] = hashes >> np.uint64(64 - _BITS)
    return cells
