"""How well reference answers are expected: bits for each byte, and the right answer beside another row's."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tinyvertical import PROFILE, write

from kit.data import open_data
from kit.measure.record import Record, write_records
from kit.result import Result
from kit.verticals.case import Case, case_of
from kit.verticals.steps.reading import bits_per_byte, paired_rows, read_answers

QUESTIONS = [
    {"question": f"What causes sickness number {i}?", "answer": f"Sickness {i} comes from germ {i * 7 % 50}."}
    for i in range(60)
]


@pytest.fixture
def case(tmp_path: Path, tiny_model: Path) -> Case:
    train = write(tmp_path / "faq.jsonl", QUESTIONS)
    return case_of(PROFILE, train=train, quick=True, model=str(tiny_model))


def test_bits_are_those_of_the_right_answers(tmp_path: Path) -> None:
    records = [
        Record(row=0, hash="a", gold="tau", choices=("pi", "tau"), logprobs=(-9.0, -2 * math.log(2))),
        Record(row=1, hash="b", gold="né", choices=("né", "x"), logprobs=(-4 * math.log(2), -1.0)),
    ]
    write_records(tmp_path / "rows.jsonl", records)
    result = Result(spec={}, artifacts={"rows": "rows.jsonl"}).in_folder(tmp_path)
    assert bits_per_byte(result) == pytest.approx(6 / 6)  # "é" takes two bytes


def test_each_question_stands_beside_another_answer(case: Case) -> None:
    spec = paired_rows(case)
    rows, answers = open_data(spec), dict(zip(case.test.texts, case.test.answers, strict=True))
    assert (rows.task, len(rows)) == ("choose", 8)
    for row in rows.items:
        assert row.answer == answers[row.text]
        assert len(set(row.choices)) == 2
        assert set(row.choices) <= set(answers.values())
    assert paired_rows(case) == spec


def test_it_is_kept_beside_what_counts(case: Case) -> None:
    told = dict(read_answers(case, "base_model"))
    held = case.outcome["reading"]["base_model"]
    assert told["Reference answers, bits a byte"].startswith(f"{held['bits_per_byte']:.3f} on 8 rows")
    assert 0 <= held["told_apart"]["low"] <= held["told_apart"]["value"] <= held["told_apart"]["high"] <= 1
    assert read_answers(case, "base_model") == list(told.items())


def test_other_tasks_are_not_read(tmp_path: Path, tiny_model: Path) -> None:
    rows = [{"text": f"goes {way} {i}", "label": way} for i in range(20) for way in ("up", "down")]
    other = case_of(PROFILE, train=write(tmp_path / "w.jsonl", rows), quick=True, model=str(tiny_model))
    assert read_answers(other, "base_model") == []
