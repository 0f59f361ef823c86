"""What the kept rows of an evaluation tell: the same numbers as the evaluation itself, and more of them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

import kit
from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import KitError, ParameterError, UnknownNameError
from kit.measure import EvaluateSpec
from kit.measure.costs import Cost
from kit.measure.evaluate import evaluate
from kit.measure.record import Record, read_records, write_records
from kit.report import ListReport
from kit.result import Result


@pytest.fixture(scope="module")
def evaluated(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A small model on rows that it labels half by chance."""
    folder = tmp_path_factory.mktemp("evaluated")
    rows = [{"text": f"The price {i} goes {way}", "label": way} for i in range(30) for way in ("up", "down")]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    spec = EvaluateSpec(
        variant=Variant(model=str(tiny_model), method="fp32"),
        data=DataSpec(source=str(folder / "rows.jsonl")),
        measures=("accuracy",),
        costs=(Cost(gold="up", cost=5),),
    )
    return evaluate(spec, ListReport(folder)).in_folder(folder)


def _chosen(folder: Path) -> Result:
    """The result of an evaluation whose rows have choices of their own."""
    records = [
        Record(row=0, hash="", gold="red", answer="red", logprobs=(-0.1, -3.0), choices=("red", "blue")),
        Record(row=1, hash="", gold="c", answer="a", logprobs=(-1.0, -2.0, -1.5), choices=("a", "b", "c")),
    ]
    write_records(folder / "rows.jsonl", records)
    return Result(spec={}, artifacts={"rows": "rows.jsonl"}, facts={"labels": []}, folder=folder)


def test_the_rows_give_the_numbers_of_the_evaluation(evaluated: Result) -> None:
    found = kit.calibration(evaluated)
    assert {name: evaluated.metrics[name] for name in found.metrics()} == found.metrics()
    assert evaluated.facts["calibration"] == json.loads(json.dumps(found.facts()))
    assert kit.confusion(evaluated).to_dict() == evaluated.facts["confusion"]


def test_each_row_keeps_what_it_counts_for_the_means(evaluated: Result) -> None:
    records = read_records(evaluated)
    for name in ("brier_score", "log_loss", "cost_mean", "cost_mean_best_decision"):
        assert np.mean([record.scores[name] for record in records]) == pytest.approx(evaluated.metrics[name])


def test_the_confusion_is_that_of_the_answers(evaluated: Result) -> None:
    records = read_records(evaluated)
    expected = confusion_matrix([r.gold for r in records], [r.answer for r in records], labels=["down", "up"])
    assert np.array_equal(kit.confusion(evaluated).matrix, expected)
    assert evaluated.metrics["acc"] == pytest.approx(np.trace(expected) / 60)


def test_a_threshold_is_found_for_a_label(evaluated: Result) -> None:
    found = kit.threshold(evaluated, label="up", recall=0.9)
    assert found.recall >= 0.9
    assert found.rows == 60
    with pytest.raises(UnknownNameError, match="down, up"):
        kit.threshold(evaluated, label="upp", recall=0.9)


def test_choices_of_their_own_have_a_calibration_and_no_confusion(tmp_path: Path) -> None:
    result = _chosen(tmp_path)
    assert kit.calibration(result, bins=5).rows == 2
    with pytest.raises(KitError, match="not the same labels in every row"):
        kit.confusion(result)


def test_what_has_no_probabilities_is_told(evaluated: Result, tmp_path: Path) -> None:
    write_records(tmp_path / "rows.jsonl", [Record(row=0, hash="", gold="Paris", answer="Lyon")])
    written = Result(spec={}, artifacts={"rows": "rows.jsonl"}, facts={"labels": []}, folder=tmp_path)
    with pytest.raises(KitError, match="no probabilities"):
        kit.calibration(written)
    with pytest.raises(KitError, match="no record of its rows"):
        kit.calibration(dataclasses.replace(evaluated, artifacts={}))


@pytest.mark.parametrize("asked", [{"bins": 0}, {"equal": "height"}])
def test_bins_are_checked(evaluated: Result, asked: dict[str, object]) -> None:
    with pytest.raises(ParameterError):
        kit.calibration(evaluated, **asked)  # type: ignore[arg-type]
