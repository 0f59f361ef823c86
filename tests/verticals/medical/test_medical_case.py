"""The medical steps from rows to what the panel shows: labels, exam questions and written answers, and in an app."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tinyvertical import price_rows, write

import kit
from kit.measure.record import read_records
from kit.plots.shown import ShownFigure
from kit.verticals import medical
from kit.verticals.medical import MedicalCase
from kit.verticals.medical.confidence import believed, held
from kit.verticals.medical.steps.learning import learns_nothing
from kit.verticals.steps.report import Report

OWN = ("sides", "learning", "learning_curve", "believed", "abstention", "coverage_curve")


def _own(case: MedicalCase) -> dict[str, Any]:
    return {name: getattr(case, name)() for name in OWN}


def questions(n: int) -> list[dict[str, Any]]:
    return [
        {"question": f"What of {i}?", "choices": [f"a {i}", f"b {i % 3}"], "answer": i % 2, "topic": f"t{i // 4}"}
        for i in range(n)
    ]


def test_labels_from_few_examples_to_the_panel(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = price_rows(60, patient=lambda i: f"p{i // 3}")
    train = write(tmp_path / "own_train.jsonl", rows)

    def made() -> MedicalCase:
        return medical.case(train, quick=True, model=str(tiny_model), coverage=0.5)

    case = made()
    assert case.group == "patient"
    shown = _own(case)
    assert not [name for name, each in shown.items() if isinstance(each, Report) and each.missing]
    assert "no patient is on two sides" in shown["sides"].sentence
    groups = {part: {row["patient"] for row in case.cells(part)} for part in ("fit", "validation", "test")}
    assert not groups["fit"] & groups["validation"]
    assert not groups["fit"] & groups["test"]

    facts = case.outcome.facts
    lines = {line["name"]: line for line in facts["learning"]["lines"]}
    assert list(lines) == ["tuned with LoRA", "TF-IDF + logistic regression"]
    assert lines["tuned with LoRA"]["sizes"] == [8, len(case.fit)]
    whole = sum(record.scores["acc"] for record in read_records(case.tuned_result)) / len(case.test)  # type: ignore[arg-type]
    assert lines["tuned with LoRA"]["points"][-1][0] == pytest.approx(whole, abs=1e-6)

    # The threshold follows from the rows held back alone, and what it gives from the test rows alone.
    threshold = facts["abstention"]["threshold"]
    back = read_records(case.there("held back").result)  # type: ignore[union-attr]
    assert [record.row for record in back] == list(range(len(case.validation)))
    assert held(*believed(back), threshold).answered >= 0.5 * len(back)
    on_test = held(*believed(read_records(case.tuned_result)), threshold)  # type: ignore[arg-type]
    assert facts["abstention"]["test"]["answered"] == on_test.answered
    got = [list(map(int, re.findall(r"\d+", note))) for note in shown["abstention"].notes if " withheld." in note]
    assert [n for n, *_parts in got] == [
        sum(row["label"] == label for row in case.cells("test")) for label in ("down", "up")
    ]
    assert all(n == right + wrong + withheld for n, right, wrong, withheld in got)
    assert [sum(column) for column in zip(*got, strict=True)][1:3] == [on_test.right, on_test.answered - on_test.right]
    assert facts["ask"]["labels"] == ["down", "up"]
    assert facts["ask"]["threshold"] == threshold
    assert sum(each["rows"] for each in facts["ask"]["bins"]) == len(case.test)
    assert all(isinstance(shown[name], ShownFigure) for name in ("learning_curve", "believed", "coverage_curve"))
    assert "tuned on" in kit.ConsultPanel(case).html()

    runs = {run.id for run in kit.runs()}
    monkeypatch.setenv("TUNEBOOK_READ_ONLY", "1")
    again = _own(made())
    assert {run.id for run in kit.runs()} == runs
    assert repr(again["abstention"]) == repr(shown["abstention"])
    assert repr(again["learning"]) == repr(shown["learning"])


@pytest.mark.parametrize(("ahead", "told"), [([0, -1], True), ([-1, 0], False), ([-1, 1], False)])
def test_the_verdict_tells_of_a_better_baseline_on_the_same_examples(ahead: list[int], told: bool) -> None:
    case = medical.case(quick=True, model="m")
    assert case.verdict_notes() == ()
    names, last = ("tuned with LoRA", "Logistic regression", "Gradient boosting"), (0.89, 0.93, 0.945)
    lines = [
        {"name": name, "sizes": [16, 258], "points": [[0.6, 0.5, 0.7], [value, value - 0.05, value + 0.03]]}
        for name, value in zip(names, last, strict=True)
    ]
    case.keep(learning={"lines": lines, "ahead": ahead})
    notes = case.verdict_notes()
    assert bool(notes) == told
    assert all("same 258 examples, Gradient boosting reaches 0.945" in note for note in notes)


@pytest.mark.parametrize(("low", "idle"), [(0.55, True), (0.625, True), (0.63, False)])
def test_what_is_within_chance_of_the_most_frequent_answer_is_nothing_learnt(low: float, idle: bool) -> None:
    assert learns_nothing((0.7, low, 0.8), 0.625) is idle
    assert learns_nothing((0.7, low, 0.8), None) is False


def test_an_accuracy_that_no_threshold_reaches_answers_nothing(tiny_model: Path, tmp_path: Path) -> None:
    train = write(tmp_path / "own_train.jsonl", questions(60))
    case = medical.case(train, quick=True, model=str(tiny_model), accuracy=1.0)
    assert (case.task, case.group, case.coverage) == ("choose", "topic", None)
    shown = case.abstention()
    found = case.outcome.facts["abstention"]
    if not found["reached"]:
        assert found["test"]["answered"] == 0
        assert "no case gets an answer" in shown.sentence
    else:
        assert found["chosen_on"]["right"] == found["chosen_on"]["answered"]
    ask = case.outcome.facts["ask"]
    assert ask["labels"] == []
    assert all(len(each["choices"]) == 2 for each in ask["examples"])
    assert "Its possible answers" in kit.ConsultPanel(case).html()


def test_written_answers_say_what_is_not_measured(tmp_path: Path) -> None:
    rows = [{"question": f"What is {i}?", "answer": f"It is {i}, of course."} for i in range(40)]
    case = medical.case(write(tmp_path / "own_train.jsonl", rows), quick=True, model="m")
    assert case.task == "answer"
    for name in ("believed", "coverage_curve"):
        shown = getattr(case, name)()
        assert "no probability to calibrate and no threshold" in shown.sentence
    assert kit.runs() == []


def test_an_app_without_results_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    medical.case(quick=True, model="m")
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    case = medical.case(quick=True, model="m")
    for name, shown in _own(case).items():
        assert "each row is another patient" in shown.sentence.lower() if name == "sides" else shown.missing
    assert "There is no tuned model to ask yet" in kit.ConsultPanel(case).html()
    assert kit.runs() == []


def test_a_test_file_that_shares_groups_is_told(tmp_path: Path) -> None:
    train = write(tmp_path / "own_train.jsonl", questions(48))
    test = write(
        tmp_path / "own_test.jsonl", [{**row, "question": f"Again {row['question']}"} for row in questions(16)]
    )
    case = medical.case(train, test, quick=True, model="m")
    shown = case.sides()
    learnt = {row["topic"] for row in case.cells("fit")}
    both = {row["topic"] for row in case.cells("test")} & learnt
    assert f"The test file was given as it is: {len(both)} value" in shown.sentence
    assert "learnt from too" in shown.sentence


@pytest.mark.parametrize("wrong", [{"coverage": 0}, {"coverage": 1.5}, {"accuracy": -1}, {"coverage": None}])
def test_wrong_parameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(kit.KitError):
        medical.case(**wrong)
