"""Rows that mean the same as an earlier one, in other words.

Vectors of a language model find them, but such vectors hardly see a number or a "not". So rows of the same meaning must
have the same numbers, deny as often, and say no opposites; rows of tables must have the same fields.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from kit.gate.alike.fields import is_table
from kit.gate.alike.groups import Groups
from kit.gate.alike.normal import mark, normal
from kit.gate.alike.portions import portions
from kit.gate.alike.register import Register
from kit.gate.alike.spelling import denies, has_digit, is_date, opposed
from kit.gate.alike.vectors import Vectors
from kit.gate.alike.wording import row_name
from kit.gate.alike.words import words_of
from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding, Flag
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _, ngettext

_AT_ONCE = 256  # rows
_LONGEST = 4000  # characters: the model reads no more than 256 tokens
_SMALL_WORDS = "the of and to in is a for on with that are as by at from what which was how be or not it"
_ENGLISH = frozenset(_SMALL_WORDS.split())


class SameMeaning(Check):
    """Points at every row but the first of those that mean the same; 16 bytes a row are kept, and vectors on disk."""

    name = "same-meaning"
    reads_again = True

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        from kit.gate.alike.sentences import WIDTH, model_folder

        model_folder()  # is it there? better told before the rows are read
        self._vectors = Vectors(texts.folder, WIDTH)
        self._rows, self._keys = Register(), array("Q")
        self._english = self._judged = 0

    def feed(self, rows: Sequence[Seen]) -> None:
        self._rows.add(rows)
        for _first, texts in portions([seen.asked for seen in rows]):
            for text, words in zip(texts, words_of(texts).strings(), strict=True):
                self._keys.append(_key(text, words))
                self._judged += len(words) > 4
                self._english += len(words) > 4 and not _ENGLISH.isdisjoint(words)

    def finish(self, tell: Tell) -> Finding:
        """Return the rows that repeat an earlier one in other words."""
        from kit.gate.alike.sentences import Sentences

        sentences = Sentences()
        for first in range(0, len(self._rows), _AT_ONCE):
            places = range(first, min(first + _AT_ONCE, len(self._rows)))
            self._vectors.add(sentences([self._text(place)[:_LONGEST] for place in places]))
            tell(0.9 * places[-1] / len(self._rows), 1)
        groups = Groups(len(self._rows))
        for pairs, products, done in self._vectors.alike(self.spec.meaning, np.frombuffer(self._keys, np.uint64)):
            for (one, other), product in zip(pairs.tolist(), products.tolist(), strict=True):
                if groups.of(one) != groups.of(other) and not self._opposed(one, other):
                    groups.join(one, other, min(product, 1.0))
            tell(0.9 + 0.1 * done, 1)
        return self._finding(groups)

    def _text(self, position: int) -> str:
        return self.texts.get(self._rows.part(position), self._rows.place(position))

    def _opposed(self, one: int, other: int) -> bool:
        first, second = words_of([self._text(each)[:_LONGEST] for each in (one, other)]).strings()
        return opposed(first, second)

    def _finding(self, groups: Groups) -> Finding:
        roots = groups.roots()
        flags: list[Flag] = []
        for position in np.flatnonzero(roots != np.arange(len(roots))).tolist():
            root = int(roots[position])
            like, score = groups.nearest(position)
            message = _("Means the same as {row} ({score:.2f}).").format(row=row_name(self._rows, like), score=score)
            others = (root,) if like == root else (root, like)
            flags.append(self._rows.flag(position, message, others, round(score, 4)))
        flags.sort(key=lambda flag: (flag.part, flag.place))
        of_test = sum(flag.part == "data" and flag.others[0][0] == "test" for flag in flags)
        count = len({flag.others[0] for flag in flags})
        numbers: dict[str, Any] = {"rows": len(flags), "groups": count, "of_test_rows": of_test}
        return Finding(self.name, *self._said(numbers), tuple(flags), numbers)

    def _said(self, numbers: dict[str, Any]) -> tuple[Any, str]:
        n = numbers["rows"]
        words = _("No row means the same as another.")
        if n:
            words = ngettext(
                "{n} row in {groups} groups means the same as an earlier row (cosine from {least:.2f}).",
                "{n} rows in {groups} groups mean the same as an earlier row (cosine from {least:.2f}).",
                n,
            ).format(n=f"{n:,}", groups=f"{numbers['groups']:,}", least=self.spec.meaning)
        if self._judged and self._english < self._judged / 2:
            words += " " + _("The model that compared them knows English only, and most rows are not: look closely.")
        return ("stop" if numbers["of_test_rows"] else "warn" if n else "ok"), words


def _key(text: str, words: list[str]) -> int:
    """Return what rows of the same meaning have in common for certain."""
    if is_table(text):
        return mark(normal(text))
    numbers = sorted(word for word in words if has_digit(word) or is_date(word))
    return mark(" ".join(numbers) + "!" * (sum(map(denies, words)) % 2))
