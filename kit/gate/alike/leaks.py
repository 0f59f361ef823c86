"""Test rows that stand in the data, whole or in part: a model that was trained on them is not tested by them.

Contamination is measured by n-gram overlap, with n-grams of 13 words as in Brown et al. 2020 ("Language Models are
Few-Shot Learners", appendix C), and as a share of a test row's n-grams as in Chowdhery et al. 2022 ("PaLM", section 8).
Case, width, blanks and punctuation do not count; where characters stand for words, they are taken for words.

A test row of fewer words counts by all its words in a row. It leaks where it is all that a row of the data says, or
where it is set off by punctuation or the row's ends ("Question 7: too high"); within a sentence only if it has some
length, since "too high" stands in many. What many rows of the data hold is a phrase, not a leak. Rows of a table leak
as a whole only: some of their fields are the same in many.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.gate.alike.fields import is_table
from kit.gate.alike.grams import Grams, Hits
from kit.gate.alike.portions import pieces, portions
from kit.gate.alike.register import Register
from kit.gate.alike.wording import row_name
from kit.gate.alike.words import Words, set_off, words_of
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext

_SENTENCE = 5  # words that a test row needs to be found within a sentence; twice as many characters
_PHRASE = (5, 0.002)  # rows of the data, and their share: what stands in more of them is a phrase
_MOST = 1000  # hits that are kept of a short test row
_NAMED = 3  # test rows that a flag names


class Leaks(Check):
    """Points at rows of the data that hold a test row."""

    name = "leaks"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._rows = Register()
        self._grams = Grams(spec.ngram)
        self._closed = False
        self._least = array("d")  # of the n-grams of a test row, by which it leaks
        self._sure: list[tuple[int, int, float]] = []  # row, test row, share
        self._parts: dict[int, list[int]] = defaultdict(list)  # test row: rows that hold it among other words
        self._seen: Counter[int] = Counter()

    def feed(self, rows: Sequence[Seen]) -> None:
        first = len(self._rows)
        self._rows.add(rows)
        texts = [seen.asked for seen in rows]
        if rows[0].part == "test":
            for _place, some in portions(texts):
                tables = [is_table(text) for text in some]
                self._grams.add(words_of(some), tables)
                self._least.extend(1.0 if table else self.spec.leak_share for table in tables)
        elif self._rows.tests:
            if not self._closed:
                self._grams.close()
                self._closed = True
            for places, some in pieces(texts):
                self._look(words_of(some), first + np.array(places))

    def _look(self, words: Words, positions: NDArray[Any]) -> None:
        """Look for all n-grams in texts that belong to the rows at `positions`."""
        for size in self._grams.sizes:
            hits = self._grams.find(words, size)
            if len(hits.text):
                self._take(hits, words, positions)

    def _take(self, hits: Hits, words: Words, positions: NDArray[Any]) -> None:
        """Keep what was found of n-grams of one size."""
        tests, which = self._grams.owners(hits.gram)
        texts, at = hits.text[which], hits.word[which]
        rows = positions[texts]
        if hits.size == self.spec.ngram:
            self._sure += self._shares(rows, tests, hits.gram[which])
            return
        whole = np.diff(words.bounds())[texts] == hits.size
        self._sure += [(*pair, 1.0) for pair in zip(rows[whole].tolist(), tests[whole].tolist(), strict=True)]
        enough = hits.size >= _SENTENCE * (1 + words.alone[at])
        told = ~whole & (enough | set_off(words, at, at + hits.size))
        for row, test in set(zip(rows[told].tolist(), tests[told].tolist(), strict=True)):
            self._seen[test] += 1
            if self._seen[test] <= _MOST:
                self._parts[test].append(row)

    def _shares(self, texts: NDArray[Any], rows: NDArray[Any], grams: NDArray[Any]) -> Iterator[tuple[int, int, float]]:
        """Yield text, test row and the share of the test row's n-grams in the text, where it is large enough."""
        each = np.unique(np.stack([texts, rows, grams], axis=1), axis=0)
        pairs, counts = np.unique(each[:, :2], axis=0, return_counts=True)
        shares = counts / self._grams.kept[pairs[:, 1]]
        for (text, row), share in zip(pairs.tolist(), shares.tolist(), strict=True):
            if share >= self._least[row]:
                yield text, row, share

    def finish(self, tell: Tell) -> Finding:
        """Return the rows that hold test rows, each with these."""
        if not self._rows.tests:
            return Finding(self.name, "note", _("No test data was named, so leaks were not looked for."))
        found: dict[int, dict[int, float]] = defaultdict(dict)
        for position, row, share in self._sure:
            found[position][row] = max(share, found[position].get(row, 0.0))
        most = max(_PHRASE[0], _PHRASE[1] * (len(self._rows) - self._rows.tests))
        for row, positions in self._parts.items():
            if self._seen[row] <= most:
                for position in positions:
                    found[position].setdefault(row, 1.0)
        flags = tuple(self._flag(position, rows) for position, rows in sorted(found.items()))
        leaked = {row for rows in found.values() for row in rows}
        numbers = {
            "rows": len(flags),
            "test_rows": len(leaked),
            "test_share": len(leaked) / self._rows.tests,
            "ngram": self.spec.ngram,
        }
        if not flags:
            return Finding(self.name, "ok", _("No test row stands in the data."), numbers=numbers)
        n = len(flags)
        summary = ngettext(
            "{n} row of the data holds a test row; {tests} of {all} test rows ({share:.1%}) have leaked.",
            "{n} rows of the data hold a test row; {tests} of {all} test rows ({share:.1%}) have leaked.",
            n,
        ).format(n=f"{n:,}", tests=f"{len(leaked):,}", all=f"{self._rows.tests:,}", share=numbers["test_share"])
        return Finding(self.name, "stop", summary, flags, numbers)

    def _flag(self, position: int, rows: dict[int, float]) -> Flag:
        best = sorted(rows, key=lambda row: (-rows[row], row))[:_NAMED]
        share = rows[best[0]]
        words = _("Holds {row}.") if share == 1 else _("Holds {share:.0%} of {row}.")
        return self._rows.flag(position, words.format(row=row_name(self._rows, best[0]), share=share), best, share)
