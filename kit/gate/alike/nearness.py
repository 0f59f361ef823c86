"""Join rows that are near duplicates: candidates from several sides, each compared once, word by word."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.bands import Bands
from kit.gate.alike.features import Features, hashes_of
from kit.gate.alike.fields import Fields, fields_of, same_fields
from kit.gate.alike.groups import Groups
from kit.gate.alike.left_out import LeftOut
from kit.gate.alike.likeness import Said, likeness
from kit.gate.alike.numbers import Numbers
from kit.gate.alike.overlap import overlaps
from kit.gate.alike.rarity import Rarity
from kit.gate.alike.register import Register
from kit.gate.alike.sketch import Sketcher, band_keys, shape_for, shifts_for
from kit.gate.alike.words import distinct, words_of
from kit.gate.check import Tell
from kit.gate.texts import Texts

_FAR = 0.3  # weighted Jaccard below which two rows are no near duplicates, however little their differences cost
_FAR_KNOWN = 0.6  # the same where the differences are no slips
_AT_ONCE = 2048  # pairs
_TEXTS = 128  # pairs whose texts are in memory
_MEMBERS = 1 << 20  # features of pairs that are counted at once
_CHARACTERS = 20_000  # of a text that are laid beside another
_LONG = 1000  # different words: of longer rows this overlap is the similarity
_REMEMBERED = 1 << 23  # pairs that were compared, 8 bytes each


class Nearness:
    """Rows joined by their likeness.

    Parameters
    ----------
    rows : Register
    texts : Texts
        Where their texts can be read again.
    features : Features
        Of every row.
    least : float, 0..1
        The likeness from which two rows are near duplicates.

    Attributes
    ----------
    groups : Groups
    compared : int
        Pairs that were laid side by side.
    """

    def __init__(self, rows: Register, texts: Texts, features: Features, least: float) -> None:
        self._rows, self._texts, self._features, self._least = rows, texts, features, least
        self._rarity = Rarity(features.rows_with, len(rows))
        self._first = np.arange(len(rows))  # the first row with the same words
        self._seen = np.empty(0, np.int64)
        self.groups = Groups(len(rows))
        self.compared = 0

    def join_same(self, same: NDArray[Any]) -> None:
        """Join rows with the same words in the same order; only the first of each is looked at further."""
        _values, first, places = np.unique(same, return_index=True, return_inverse=True)
        self._first = first[places]
        for position in np.flatnonzero(self._first != np.arange(len(same))).tolist():
            self.groups.join(int(self._first[position]), position)

    def join_short(self, left_out: LeftOut, tell: Tell) -> None:
        """Join short rows that differ in a word."""
        kept = self._first == np.arange(len(self._rows))
        self._join(left_out.pairs(kept, self._features.rows_with), partial(tell, 0.2, 1), sifted=False)

    def join_alike(self, numbers: Numbers, tell: Tell) -> None:
        """Join rows whose sketches agree, and of short rows the numbers."""
        count, size = shape_for(len(self._rows))
        bands = Bands(self._texts.folder, rows=len(self._rows), bands=count)
        sketcher = Sketcher(count * size)
        full = np.zeros(len(self._rows), bool)
        for first, found, bounds in self._features.chunks():
            shifts = shifts_for(self._features.rows_with.of(found), len(self._rows))
            sketches = sketcher(found, shifts, bounds)
            full[first : first + len(sketches)] = sketches[:, 0] != np.uint32(0xFFFFFFFF)
            bands.put(first, numbers.into(band_keys(sketches, count), first))
            tell(0.3 + 0.3 * (first + len(sketches)) / len(self._rows), 1)
        kept = np.flatnonzero(full & (self._first == np.arange(len(self._rows))))
        for band in range(count):
            done = 0.6 + 0.4 * band / count
            self._join(bands.pairs(band, kept), partial(tell, done, 1), sifted=True)

    def _join(self, found: Iterable[NDArray[Any]], say: Callable[[], None], *, sifted: bool) -> None:
        """Compare pairs that were not compared yet; `sifted`: only those that share enough of their features."""
        say()
        new = [np.empty(0, np.int64)]
        for pairs in found:
            for start in range(0, len(pairs), _AT_ONCE):
                some = self._fresh(pairs[start : start + _AT_ONCE])
                new.append(some[:, 0] * len(self._rows) + some[:, 1])
                some = np.concatenate([some[:0], *map(self._sifted, self._split(some))]) if sifted else some
                say()
                for first in range(0, len(some), _TEXTS):
                    self._compare(some[first : first + _TEXTS])
        if len(self._seen) < _REMEMBERED:
            self._seen = distinct(np.concatenate([self._seen, *new]))

    def _fresh(self, pairs: NDArray[Any]) -> NDArray[Any]:
        """Return those of `pairs` that were not compared in an earlier round."""
        codes = pairs[:, 0] * len(self._rows) + pairs[:, 1]
        if len(self._seen):
            at = np.minimum(np.searchsorted(self._seen, codes), len(self._seen) - 1)
            pairs = pairs[self._seen[at] != codes]
        return pairs

    def _split(self, pairs: NDArray[Any]) -> list[NDArray[Any]]:
        """Return `pairs` in parts that together have not too many features."""
        total = np.cumsum(self._features.sizes(pairs).sum(axis=1)) // _MEMBERS
        return [part for part in np.split(pairs, np.flatnonzero(np.diff(total)) + 1) if len(part)]

    def _sifted(self, pairs: NDArray[Any]) -> NDArray[Any]:
        """Return the pairs that need a closer look, deciding those of very long rows at once."""
        found = overlaps(self._features, pairs, self._rarity)
        long = found.longest > _LONG
        for pair, share in zip(pairs[long].tolist(), found.share[long].tolist(), strict=True):
            self._decide(pair[0], pair[1], share)
        kept: NDArray[Any] = pairs[(found.share >= _FAR) & (found.known >= _FAR_KNOWN) & ~long]
        return kept

    def _compare(self, pairs: NDArray[Any]) -> None:
        """Lay pairs side by side, word by word."""
        said = self._said(np.unique(pairs))
        for one, other in pairs.tolist():
            if self.groups.of(one) == self.groups.of(other):
                continue
            (words, fields), (others, their_fields) = said[one], said[other]
            if same_fields(fields, their_fields):
                self._decide(one, other, likeness(words, others))
        self.compared += len(pairs)

    def _said(self, rows: NDArray[Any]) -> dict[int, tuple[Said, Fields | None]]:
        """Return the words of rows with their weights, and the fields where they are made of such."""
        texts = [self._texts.get(self._rows.part(row), self._rows.place(row))[:_CHARACTERS] for row in rows.tolist()]
        words = words_of(texts)
        features, bounds = hashes_of(words), words.bounds().tolist()
        weights, counts = self._rarity.of(features).tolist(), self._rarity.counts.of(features).tolist()
        strings = words.strings()
        return {
            row: (Said(strings[place], weights[start:end], counts[start:end]), fields_of(texts[place]))
            for place, (row, start, end) in enumerate(zip(rows.tolist(), bounds[:-1], bounds[1:], strict=True))
        }

    def _decide(self, one: int, other: int, score: float) -> None:
        if score >= self._least:
            self.groups.join(one, other, score)
