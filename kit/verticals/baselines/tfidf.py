"""Words and pairs of words, weighed by how rare they are, and logistic regression: what text needs before a model."""

from __future__ import annotations

import math
from typing import Any

from kit.data import Dataset
from kit.i18n import _
from kit.verticals.baselines.answered import Answered
from kit.verticals.need import need

_LEAST = 1e-6  # of a probability: its logarithm must be a number


def tfidf(train: Dataset, test: Dataset, *, seed: int = 0) -> Answered:
    """Fit TF-IDF of words and pairs of words with logistic regression to `train` and answer `test`."""
    what = _("The baseline of words")
    text = need("sklearn.feature_extraction.text", what)
    linear = need("sklearn.linear_model", what)
    pipeline = need("sklearn.pipeline", what)
    fitted = pipeline.make_pipeline(
        text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        linear.LogisticRegression(C=10.0, max_iter=2000, random_state=seed),
    ).fit(_texts(train), list(train.answers))
    name = _("TF-IDF + logistic regression")
    return probable(name, fitted, _texts(test), test.labels, {"features": len(fitted[0].vocabulary_)})


def probable(name: str, fitted: Any, rows: Any, labels: tuple[str, ...], facts: dict[str, Any]) -> Answered:
    """Return what a fitted classifier of scikit-learn says to `rows`, with the log-probability of every label."""
    table = fitted.predict_proba(rows)
    place = {label: column for column, label in enumerate(fitted.classes_)}
    logprobs = [
        tuple(round(math.log(max(float(row[place[label]]) if label in place else 0.0, _LEAST)), 4) for label in labels)
        for row in table
    ]
    answers = [labels[max(range(len(labels)), key=row.__getitem__)] for row in logprobs]
    return Answered(name=name, answers=answers, logprobs=logprobs, facts=facts)


def _texts(data: Dataset) -> list[str]:
    return ["\n".join(filter(None, (row.context, row.text))) for row in data.items]
