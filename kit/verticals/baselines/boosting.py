"""Gradient-boosted trees on the features that rows write out: what tables need before a model."""

from __future__ import annotations

import math
from typing import Any

from kit.data import Dataset
from kit.i18n import _
from kit.verticals.baselines.answered import Answered
from kit.verticals.baselines.features import Value, columns_of, table_of
from kit.verticals.baselines.tfidf import probable
from kit.verticals.need import need

_MOST = 200  # different words in a feature; the rest is one more


def boosting(train: Dataset, test: Dataset, *, seed: int = 0) -> Answered:
    """Fit histogram gradient boosting with the defaults of scikit-learn to `train` and answer `test`."""
    ensemble = need("sklearn.ensemble", _("The baseline of trees"))
    rows, asked = table_of(train), table_of(test)
    encoder = _Encoder(rows)
    fitted = ensemble.HistGradientBoostingClassifier(
        categorical_features=encoder.categorical or None, random_state=seed
    ).fit(encoder(rows), list(train.answers))
    facts = {"features": encoder.names}
    return probable(_("Gradient boosting"), fitted, encoder(asked), test.labels, facts)


class _Encoder:
    """Makes numbers of features: a number stays one, a word is its place among those learnt from."""

    def __init__(self, rows: list[dict[str, Value]]) -> None:
        self._numbers, self._words = columns_of(rows)
        self._places: dict[str, dict[str, int]] = {}
        for name in self._words:
            held = sorted({str(row[name]) for row in rows if name in row})[:_MOST]
            self._places[name] = {word: place for place, word in enumerate(held)}

    @property
    def names(self) -> list[str]:
        return [*self._numbers, *self._words]

    @property
    def categorical(self) -> list[int]:
        return list(range(len(self._numbers), len(self.names)))

    def __call__(self, rows: list[dict[str, Value]]) -> Any:
        import numpy

        return numpy.array([[self._cell(name, row.get(name)) for name in self.names] for row in rows], dtype=float)

    def _cell(self, name: str, value: Value | None) -> float:
        if name in self._places:
            return float(self._places[name].get(str(value), math.nan)) if value is not None else math.nan
        return value if isinstance(value, float) else math.nan
