"""Verdicts of steps: those of `kit.compare`, and none where the rows are too few for the scores."""

from __future__ import annotations

from pathlib import Path

import pytest

import kit
from kit.measure.record import Record, write_records
from kit.result import Result
from kit.verticals.compared import compared


def _result(folder: Path, scores: list[float], metric: str) -> Result:
    folder.mkdir()
    records = [Record(row=i, hash=str(i), scores={metric: score}) for i, score in enumerate(scores)]
    write_records(folder / "rows.jsonl", records)
    return Result(spec={}, artifacts={"rows": "rows.jsonl"}).in_folder(folder)


@pytest.mark.parametrize(("metric", "rows", "told"), [("f1", 8, True), ("f1", 7, False), ("acc", 3, True)])
def test_few_rows_say_nothing_of_scores_between(tmp_path: Path, metric: str, rows: int, told: bool) -> None:
    whole = metric == "acc"
    new = _result(tmp_path / "a", [1.0 if whole else i / 10 for i in range(rows)], metric)
    reference = _result(tmp_path / "b", [0.0 if whole else i / 20 for i in range(rows)], metric)
    found = compared(new, reference, metric)
    assert found == (kit.compare(new, reference, metric=metric) if told else None)


def test_a_variant_that_was_given_up_is_compared_on_its_rows(tmp_path: Path) -> None:
    new, reference = _result(tmp_path / "a", [0.0] * 12, "acc"), _result(tmp_path / "b", [1.0] * 20, "acc")
    found = compared(new, reference, "acc")
    assert found is not None
    assert (found.n, found.kind) == (12, "worse")
