"""What is out of the ordinary in a row of a table, in words that stand before its numbers.

A small language model reads words well and compares numbers badly: told only the numbers of the bundled machines it
reached a macro-F1 of 0.35, told which of them are high or low 0.70, from a third of the rows. What is ordinary is
learnt from rows to train on with the commonest label, and is the same for every row that is asked later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from kit.data import DataSpec
from kit.data.reading import Entry, Reading
from kit.gate.stored import StoredRows, spec_of
from kit.verticals.baselines.features import features_of

UNUSUAL = "unusual"  # the feature that tells it
_NOTHING = "nothing"
_MOST = 4  # what is furthest out
_FEWEST, _MANY = 20, 100  # values by which something is known to be ordinary, and known well
_SHARES = {False: (0.05, 0.95), True: (0.01, 0.99)}


@dataclass(frozen=True)
class Ordinary:
    """Between which numbers each feature usually is.

    Parameters
    ----------
    bounds : mapping of str to (low, high)
    """

    bounds: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def words(self, features: Mapping[str, Any]) -> str:
        """Return which numbers are out of the ordinary, the furthest first.

        >>> Ordinary({"vibration": (0.8, 1.2), "pressure": (-0.1, 0.1)}).words({"vibration": 3.1, "pressure": 0.0})
        'vibration very high'
        """
        found = []
        for name, (low, high) in self.bounds.items():
            value = features.get(name)
            if not _is_number(value) or low <= value <= high:
                continue
            far = max(low - value, value - high) / (high - low or abs(high) or 1.0)
            word = "high" if value > high else "low"  # for a model that learns it, not for a person's language
            found.append((far, f"{name} {'very ' if far > 1 else ''}{word}"))
        found.sort(key=lambda each: -each[0])
        return ", ".join(text for _far, text in found[:_MOST]) or _NOTHING

    def told(self, features: Any) -> Any:
        """Return features with what is unusual before them; what is no table stays."""
        if not self.bounds or not isinstance(features, Mapping) or UNUSUAL in features:
            return features
        return {UNUSUAL: self.words(features), **features}

    def text(self, text: str) -> str:
        """Return a table that somebody has written out, read as the rows were; what is no such table stays.

        >>> Ordinary({"age": (18.0, 80.0)}).text("age: 91; job: none")
        'unusual: age high; age: 91; job: none'
        """
        beginning, _between, rest = text.partition("; ")
        written = rest if beginning.startswith(f"{UNUSUAL}: ") else text  # of a row that was changed by hand
        features = features_of(written)
        if not set(self.bounds) & set(features):
            return text
        return f"{UNUSUAL}: {self.words(features)}; {written}"

    def rows(self, asked: DataSpec) -> DataSpec:
        """Write the rows anew with what is unusual told, and return the spec that reads them."""
        if not self.bounds:
            return asked
        with StoredRows() as stored:
            for entry in _entries(asked):
                stored.add({**entry.cells, asked.text: self.told(entry.cells.get(asked.text))})
            return spec_of(Path(stored.keep()), asked)


def ordinary_of(asked: DataSpec) -> Ordinary:
    """Return what is ordinary in rows whose text is a table; nothing is known where it is none."""
    if asked.task != "classify" or asked.template:
        return Ordinary()
    rows = [(entry.row.answer, entry.cells.get(asked.text)) for entry in _entries(asked) if entry.row is not None]
    tables = [(answer, table) for answer, table in rows if isinstance(table, Mapping)]
    if not tables or len(tables) < len(rows):
        return Ordinary()
    [(commonest, _count)] = Counter(answer for answer, _table in tables).most_common(1)
    return Ordinary(_bounds([table for answer, table in tables if answer == commonest]))


def _bounds(tables: Sequence[Mapping[str, Any]]) -> dict[str, list[float]]:
    import numpy

    found: dict[str, list[float]] = {}
    for name in dict.fromkeys(name for table in tables for name in table):
        values = [float(table[name]) for table in tables if _is_number(table.get(name))]
        if len(values) >= _FEWEST:
            low, high = numpy.quantile(numpy.array(values), _SHARES[len(values) >= _MANY])
            found[name] = [float(low), float(high)]
    return found


def _entries(asked: DataSpec) -> Iterable[Entry]:
    return Reading(asked).entries()


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
