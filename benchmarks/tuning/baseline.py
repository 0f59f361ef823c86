"""What needs no language model: word counts for texts, boosted trees for tables; where scikit-learn is installed."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.tuning.material import Files, rendered


def beside(files: Files) -> dict[str, float]:
    """Return accuracy and macro-F1 on the test rows of the usual baseline for `files`; nothing without scikit-learn."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        return {}
    if files.test is None:
        return {}
    train, test = (_read(file) for file in (files.train, files.test))
    tables = isinstance(train[0].get(files.text), dict)
    found = _boosted(train, test, files) if tables else _counted(train, test, files)
    gold = [str(row[files.label]) for row in test]
    return _scores("gradient_boosting" if tables else "tfidf", gold, found)


def _boosted(train: list[dict[str, Any]], test: list[dict[str, Any]], files: Files) -> list[str]:
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier

    tables = [pd.DataFrame([row[files.text] for row in rows]) for rows in (train, test)]
    for column in tables[0].select_dtypes(exclude="number"):
        kinds = sorted(tables[0][column].unique())
        for table in tables:
            table[column] = pd.Categorical(table[column], categories=kinds)
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0)
    model.fit(tables[0], [str(row[files.label]) for row in train])
    return [str(each) for each in model.predict(tables[1])]


def _counted(train: list[dict[str, Any]], test: list[dict[str, Any]], files: Files) -> list[str]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(max_iter=2000))
    model.fit([_text(row, files) for row in train], [str(row[files.label]) for row in train])
    return [str(each) for each in model.predict([_text(row, files) for row in test])]


def _text(row: dict[str, Any], files: Files) -> str:
    value = row[files.text]
    return rendered(value) if isinstance(value, dict) else str(value)


def _scores(name: str, gold: list[str], found: list[str]) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, f1_score

    return {
        f"{name}_acc": round(float(accuracy_score(gold, found)), 4),
        f"{name}_macro_f1": round(float(f1_score(gold, found, average="macro")), 4),
    }


def _read(file: Any) -> list[dict[str, Any]]:
    with open(file, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
