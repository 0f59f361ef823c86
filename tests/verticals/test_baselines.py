"""Baselines: what they reach against scikit-learn by hand, and that their rows pair with those of a model."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

import kit
from kit.data import DataSpec, open_data
from kit.errors import MissingPackageError, ParameterError
from kit.measure.record import read_records
from kit.report import ListReport
from kit.verticals.baselines import BaselineSpec
from kit.verticals.baselines.features import columns_of, features_of, is_table, table_of
from kit.verticals.baselines.work import baseline
from kit.verticals.need import need


def _write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def _carried_out(spec: BaselineSpec, folder: Path) -> kit.Result:
    (folder / "artifacts").mkdir(parents=True)
    return baseline(spec, ListReport(folder)).in_folder(folder)


@pytest.fixture
def texts(tmp_path: Path) -> BaselineSpec:
    draw = random.Random(1)
    said = {"up": ["rises", "gains", "wins", "grows"], "down": ["falls", "loses", "drops", "shrinks"]}
    rows = []
    for i in range(120):
        label = ("up", "down")[i % 2]
        word = draw.choice(said[label] if draw.random() < 0.8 else said["up"])
        rows.append({"text": f"share {i % 7} {word} {draw.choice('abcdef')}", "label": label})
    train, test = (_write(tmp_path / f"{n}.jsonl", part) for n, part in (("a", rows[:90]), ("b", rows[90:])))
    asked = {"labels": ("down", "up"), "instruction": "Up or down?"}
    return BaselineSpec(data=DataSpec(source=train, **asked), test=DataSpec(source=test, **asked))


def test_words_reach_what_scikit_learn_does(texts: BaselineSpec, tmp_path: Path) -> None:
    result = _carried_out(texts, tmp_path / "run")
    train, test = open_data(texts.data), open_data(texts.test)
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    model = LogisticRegression(C=10.0, max_iter=2000).fit(vectors.fit_transform(train.texts), train.answers)
    given = list(model.predict(vectors.transform(test.texts)))
    assert [record.answer for record in read_records(result)] == given
    right = [a == b for a, b in zip(given, test.answers, strict=True)]
    assert result.metrics["acc"] == sum(right) / 30
    assert result.facts["majority_acc"] == test.counts["down"] / 30
    assert kit.calibration(result).ece < 0.5


def test_its_rows_pair_with_those_of_a_model(texts: BaselineSpec, tmp_path: Path, tiny_model: Path) -> None:
    variant = kit.Variant(model=str(tiny_model), method="fp32")
    model = kit.evaluate(kit.EvaluateSpec(variant=variant, data=texts.test, measures=("accuracy",)))
    ours = kit.runs(kind="evaluate")[0].result
    assert model == ours
    verdict = kit.compare(ours, _carried_out(texts, tmp_path / "run"))
    assert isinstance(verdict, kit.Verdict)
    assert (verdict.n, verdict.test) == (30, "exact McNemar")


@pytest.mark.parametrize(
    ("text", "features"),
    [
        ("age: 51; job: skilled; rate: 3.5", {"age": 51.0, "job": "skilled", "rate": 3.5}),
        ("mean radius 14.1; mean area 1,001.5 mm2", {"mean radius": 14.1, "mean area": 1001.5}),
        ("speed: 1500 rpm; state: 1 to 4 years", {"speed": 1500.0, "state": 1.0}),
        ("savings: < 100 DM; grade: L.", {"savings": "< 100 DM", "grade": "L"}),
        ("Shares of the bank fell on Monday", {}),
    ],
)
def test_features_are_read_back(text: str, features: dict[str, Any]) -> None:
    assert features_of(text) == features


def test_a_table_is_told_from_text(tmp_path: Path) -> None:
    rows = [
        {"features": {"x": i / 10, "y": i % 7, "kind": "ab"[i % 2]}, "label": "hot" if i > 30 else "cold"}
        for i in range(60)
    ]
    draw = random.Random(0)
    draw.shuffle(rows)
    spec = DataSpec(source=_write(tmp_path / "rows.jsonl", rows), text="features", instruction="Hot or cold?")
    data = open_data(spec)
    assert is_table(table_of(data))
    assert columns_of(table_of(data)) == (["x", "y"], ["kind"])
    assert not is_table([features_of("The share fell: bad news"), {}])
    result = _carried_out(BaselineSpec(data=spec, test=spec), tmp_path / "run")
    assert result.facts["model"] == "Gradient boosting"
    assert result.metrics["acc"] > 0.9


def test_choices_are_taken_by_place_or_by_words(tmp_path: Path) -> None:
    words = ["iron", "gold", "zinc", "lead", "tin"]
    rows = []
    for i in range(40):
        answer = words[i % 5]
        others = [word for word in words if word != answer][: 1 + i % 2]
        choices = [*others, f"{answer} oxide"]
        rows.append({"question": f"What is made of {answer} here?", "choices": choices, "answer": len(choices) - 1})
    asked = {"task": "choose", "text": "question", "label": "answer"}
    spec = DataSpec(source=_write(tmp_path / "rows.jsonl", rows), **asked)
    result = _carried_out(BaselineSpec(data=spec, test=spec), tmp_path / "run")
    tried = result.facts["tried"]
    assert result.facts["model"] == "TF-IDF likeness to the question"
    assert tried["TF-IDF likeness to the question"]["acc"] == result.metrics["acc"] == 1.0
    assert tried["The most frequent position"]["acc"] == 0.5
    assert result.facts["chance_acc"] == pytest.approx((1 / 2 + 1 / 3) / 2)


def test_a_question_gets_the_answer_to_the_nearest_one(tmp_path: Path) -> None:
    known = [
        {"question": f"What causes {name}?", "answer": f"{name} is caused by {i}"}
        for i, name in enumerate(("gout", "flu", "rash"))
    ]
    asked = [{"question": "Which thing causes the flu in winter", "answer": "flu is caused by 1"}]
    fields = {"task": "answer", "text": "question", "label": "answer"}
    spec = BaselineSpec(
        data=DataSpec(source=_write(tmp_path / "a.jsonl", known), **fields),
        test=DataSpec(source=_write(tmp_path / "b.jsonl", asked), **fields),
    )
    result = _carried_out(spec, tmp_path / "run")
    assert [record.answer for record in read_records(result)] == ["flu is caused by 1"]
    assert result.metrics["f1"] == result.metrics["rouge_l"] == 1.0


def test_what_does_not_fit_is_refused(texts: BaselineSpec) -> None:
    with pytest.raises(ParameterError, match="retrieval"):
        texts.replace(kind="retrieval")
    with pytest.raises(MissingPackageError, match=r"tunebook\[verticals\]"):
        need("a_module_that_nobody_has", "This test")
