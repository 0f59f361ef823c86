"""Values with their intervals, against the formulas and an independent bootstrap."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sklearn.metrics import f1_score

from kit.measure.interval import wilson
from kit.measure.record import Record, write_records
from kit.result import Result
from kit.verticals.intervals import as_dict, interval_of, words

LABELS = ("a", "b", "c")


@pytest.fixture
def result(tmp_path: Path) -> Result:
    draw = random.Random(4)
    records = []
    for i in range(90):
        gold = LABELS[i % 3]
        answer = gold if draw.random() < 0.7 else draw.choice(LABELS)
        scores = {"acc": float(answer == gold), "f1": round(draw.random(), 3)}
        records.append(Record(row=i, hash=str(i), gold=gold, answer=answer, scores=scores))
    write_records(tmp_path / "rows.jsonl", records)
    held = Result(spec={}, artifacts={"rows": "rows.jsonl"}, facts={"labels": list(LABELS)})
    return held.in_folder(tmp_path)


def _records(result: Result) -> tuple[Record, ...]:
    from kit.measure.record import read_records

    return read_records(result)


def test_accuracy_has_wilsons(result: Result) -> None:
    right = int(sum(record.scores["acc"] for record in _records(result)))
    assert interval_of(result, "acc") == (right / 90, *wilson(right, 90))


def test_macro_f1_is_that_of_scikit_learn_and_its_interval_that_of_a_plain_bootstrap(result: Result) -> None:
    records = _records(result)
    gold, given = [r.gold for r in records], [r.answer for r in records]
    value, low, high = interval_of(result, "macro_f1")
    assert value == pytest.approx(f1_score(gold, given, average="macro"))
    draw, found = random.Random(0), []
    for _ in range(400):
        rows = draw.choices(range(90), k=90)
        found.append(f1_score([gold[i] for i in rows], [given[i] for i in rows], average="macro"))
    found.sort()
    assert (low, high) == pytest.approx((found[9], found[389]), abs=0.025)


def test_a_mean_lies_inside_its_interval(result: Result) -> None:
    value, low, high = interval_of(result, "f1")
    assert value == pytest.approx(sum(r.scores["f1"] for r in _records(result)) / 90)
    assert 0 < low < value < high < 1


def test_words() -> None:
    assert words((0.8412, 0.81, 0.87)) == words(as_dict((0.8412, 0.81, 0.87))) == "0.841 (0.810 – 0.870)"
