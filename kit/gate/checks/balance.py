"""How many rows each label has, and which have too few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kit.gate.check import Check, Seen, Tell
from kit.gate.finding import Finding
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts
from kit.i18n import _

_MOST = 200  # labels; of more there are no classes, only answers
_FEWEST = 8  # rows of a label: of fewer nothing is learnt, and none can be spared for a test


class Balance(Check):
    """Counts labels; it points at no row, since no row is to blame."""

    name = "balance"

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        super().__init__(spec, texts)
        self._counts: Counter[str] = Counter()
        self._test: Counter[str] = Counter()
        self._classes = True

    def feed(self, rows: Sequence[Seen]) -> None:
        counts = self._test if rows and rows[0].part == "test" else self._counts
        for seen in rows:
            if seen.row.choices or seen.row.accepted or not seen.row.answer:
                self._classes = False
            elif len(counts) <= _MOST:
                counts[seen.row.answer] += 1

    def finish(self, tell: Tell) -> Finding:
        """Return the counts and what is rare among them."""
        if not self._classes or not self._counts:
            return Finding("balance", "ok", _("The rows have no labels to balance."))
        total = sum(self._counts.values())
        counts = dict(self._counts.most_common())
        numbers = {"labels": counts, "test": dict(self._test.most_common()), "majority": max(counts.values()) / total}
        strange = sorted(set(self._test) - set(counts))
        rare = [label for label, n in counts.items() if n / total < self.spec.rarest_label or n < _FEWEST]
        if len(counts) == 1:
            return Finding(
                "balance",
                "stop",
                _("Every row has the label {label!r}.").format(label=next(iter(counts))),
                numbers=numbers,
            )
        if strange:
            summary = _("The test rows hold the label {label!r}, which no row of the data has.").format(
                label=strange[0]
            )
            return Finding("balance", "stop", summary, numbers=numbers)
        if rare:
            last = rare[-1]
            summary = _("{n} of {all} labels are rare; {label!r} has {rows} of {total} rows.").format(
                n=len(rare), all=len(counts), label=last, rows=f"{counts[last]:,}", total=f"{total:,}"
            )
            return Finding("balance", "warn", summary, numbers=numbers)
        summary = _("{n} labels; always saying {label!r} would be right in {share:.0%} of the rows.").format(
            n=len(counts), label=next(iter(counts)), share=numbers["majority"]
        )
        return Finding("balance", "ok", summary, numbers=numbers)
