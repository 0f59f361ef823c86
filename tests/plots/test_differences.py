"""Two variants row by row."""

from __future__ import annotations

import math

import pytest
import tinyruns

from kit import differences
from kit.errors import KitError
from kit.measure.record import Record
from kit.plots.differences import probability


def test_rows_are_paired_and_say_who_was_right() -> None:
    first, second, _third = tinyruns.sweep().result.parts
    pairs = differences(first, second)
    assert len(pairs) == tinyruns.ROWS
    assert all(pair.first.hash == pair.second.hash for pair in pairs)
    kinds = {pair.first.row: pair.kind for pair in pairs}
    assert [kinds[row] for row in (0, 1, 6, 7)] == ["second", "neither", "first", "both"]
    assert [row for row, kind in kinds.items() if kind in ("first", "second")] == [0, 6]


def test_a_metric_of_which_less_is_better_turns_it_round() -> None:
    run = tinyruns.sweep()
    first, second, _third = run.result.parts
    for part, loss in ((first, 1.0), (second, 2.0)):
        found = tinyruns.records([])
        scored = [Record(**{**record.__dict__, "scores": {"perplexity": loss}}) for record in found]
        tinyruns.write_records(run.folder / part.artifacts["rows"], scored)
    assert {pair.kind for pair in differences(first, second)} == {"first"}
    assert {pair.kind for pair in differences(second, first)} == {"second"}
    assert {pair.kind for pair in differences(first, first)} == {"same"}


def test_the_probability_of_an_answer_is_among_its_choices() -> None:
    record = Record(row=0, hash="h", answer="b", choices=("a", "b"), logprobs=(math.log(0.1), math.log(0.3)))
    assert probability(record) == pytest.approx(0.75)
    assert probability(Record(row=0, hash="h", answer="free text")) is None
    assert probability(Record(row=0, hash="h", answer="a", choices=("a",), logprobs=(-math.inf,))) is None


def test_labels_of_the_result_stand_in_for_choices() -> None:
    first, second, _third = tinyruns.sweep().result.parts
    pair = differences(first, second)[0]
    record = pair.first
    weights = [math.exp(value) for value in record.logprobs]
    assert pair.first_share == pytest.approx(weights[tinyruns.LABELS.index(record.answer)] / sum(weights))


def test_few_shot_examples_change_the_prompt_and_not_the_row() -> None:
    first, second = tinyruns.evaluation().result, tinyruns.evaluation(rows="g").result
    assert len(differences(first, second)) == tinyruns.ROWS


def test_without_records_or_a_common_row_it_says_why() -> None:
    run = tinyruns.evaluation()
    other = tinyruns.evaluation(rows="g")
    odd = [Record(row=n, hash="x", text="other") for n in range(3)]
    tinyruns.write_records(other.folder / other.result.artifacts["rows"], odd)
    with pytest.raises(KitError, match="no row in common"):
        differences(run.result, other.result)
    (other.folder / other.result.artifacts["rows"]).unlink()
    with pytest.raises(KitError, match="cannot be read"):
        differences(run.result, other.result)


def test_a_row_that_a_judge_left_out_counts_for_neither() -> None:
    run = tinyruns.sweep()
    first, second, _third = run.result.parts
    for part in (first, second):
        found = [Record(row=n, hash=f"h{n}", scores={"judge_score": 3.0 + n} if n else {}) for n in range(3)]
        tinyruns.write_records(run.folder / part.artifacts["rows"], found)
    pairs = differences(first, second)
    assert [(pair.first_score, pair.kind) for pair in pairs] == [(None, "same"), (4.0, "same"), (5.0, "same")]
