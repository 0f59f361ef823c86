"""Carry out a `FewerSpec`: the same baselines with more and more examples, the first draw row by row."""

from __future__ import annotations

from kit.data import Dataset, open_data
from kit.i18n import _
from kit.measure.wording import SCORES
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.verticals.baselines import BaselineSpec
from kit.verticals.baselines.answered import Answered
from kit.verticals.baselines.features import is_table, table_of
from kit.verticals.baselines.tfidf import probable
from kit.verticals.baselines.work import answered
from kit.verticals.medical.fewer.spec import FewerSpec
from kit.verticals.medical.nested import nested_order
from kit.verticals.need import need


def fewer(spec: Spec, report: Report) -> Result:
    """Fit and measure; "lines" among the facts holds the scores of each row, by name of the baseline and size."""
    assert isinstance(spec, FewerSpec)
    train, test = open_data(spec.data), open_data(spec.test)
    table = train.task == "classify" and is_table(table_of(train))
    lines: dict[str, dict[str, list[float]]] = {}
    spread: dict[str, dict[str, list[float]]] = {}
    total, done = len(spec.sizes) * spec.draws, 0
    for draw in range(spec.draws):
        order = nested_order(train.groups, spec.seed + draw)
        for size in spec.sizes:
            report.check()
            report.progress("fitting", done, total)
            done += 1
            for found in _fitted(spec, train.take(sorted(order[:size])), test, table):
                scores = [_score(spec.metric, test, place, answer) for place, answer in enumerate(found.answers)]
                spread.setdefault(found.name, {}).setdefault(str(size), []).append(sum(scores) / len(scores))
                if draw == 0:
                    lines.setdefault(found.name, {})[str(size)] = scores
    return Result(
        spec=spec.to_dict(),
        metrics={f"{name} {size}": values[0] for name, sizes in spread.items() for size, values in sizes.items()},
        facts={"lines": lines, "spread": spread, "rows": len(test)},
        provenance={"data_hash": test.hash, "train_hash": train.hash},
    )


def _fitted(spec: FewerSpec, train: Dataset, test: Dataset, table: bool) -> list[Answered]:
    """Return what each baseline says that can be fitted to so few rows."""
    found = [straight(train, test)] if table else []
    asked = BaselineSpec(data=spec.data, test=spec.test, seed=spec.seed)
    return [*found, answered(asked, train, test)]


def straight(train: Dataset, test: Dataset) -> Answered:
    """Fit logistic regression to what rows write out: numbers, each scaled to its own spread, and words."""
    what = _("The baseline of numbers")
    linear, scale = need("sklearn.linear_model", what), need("sklearn.preprocessing", what)
    features, pipeline = need("sklearn.feature_extraction", what), need("sklearn.pipeline", what)
    fitted = pipeline.make_pipeline(
        features.DictVectorizer(sparse=False), scale.StandardScaler(), linear.LogisticRegression(max_iter=2000)
    ).fit(table_of(train), list(train.answers))
    return probable(_("Logistic regression"), fitted, table_of(test), test.labels, {})


def _score(metric: str, test: Dataset, place: int, answer: str) -> float:
    row = test.items[place]
    return SCORES[metric](answer, row.accepted) if metric in SCORES else float(answer == row.answer)
