"""Test rows in the data, whole or in part, against plain searching in strings."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from alikerows import found_by, pointed_at

from kit.gate.alike.leaks import Leaks


def _rows(seed: int, count: int, length: int) -> list[str]:
    draw = random.Random(seed)
    words = ["".join(draw.choices("abcdefghijklmnop", k=6)) for _ in range(2000)]
    return [" ".join(draw.sample(words, length)) for _ in range(count)]


@pytest.mark.parametrize("length", [3, 8, 13, 40])
def test_whole_rows_are_found_in_other_text(tmp_path: Path, length: int) -> None:
    test, data = _rows(1, 30, length), _rows(2, 60, length)
    data += [test[0].upper(), f"Question 12: {test[1]}", f"{test[2]} (seen before)", test[3].replace(" ", "  ")]
    found = found_by(Leaks, tmp_path, data, test)
    assert [(flag.number, flag.others) for flag in found.flags] == [
        (61 + place, (("test", 1 + place),)) for place in range(4)
    ]
    assert found.level == "stop"
    assert found.numbers["test_share"] == pytest.approx(4 / 30)


def test_part_of_a_long_row_counts_from_its_share_of_ngrams(tmp_path: Path) -> None:
    (row,) = _rows(3, 1, 40)
    words = row.split()
    parts = [" ".join(words[:cut]) for cut in (20, 26, 27, 36)]  # of 28 n-grams: 8, 14, 15, 24
    found = found_by(Leaks, tmp_path, parts, [row])
    assert [(flag.number, round(flag.score * 28)) for flag in found.flags] == [(2, 14), (3, 15), (4, 24)]
    assert pointed_at(found_by(Leaks, tmp_path, parts, [row], leak_share=0.8)) == [4]
    assert pointed_at(found_by(Leaks, tmp_path, parts, [row], ngram=5)) == [2, 3, 4]


def test_a_short_row_within_a_sentence_is_no_leak(tmp_path: Path) -> None:
    data = ["temperature too high again", "Item 4: too high", "not too high", "TOO HIGH", "too higher"]
    assert pointed_at(found_by(Leaks, tmp_path, data, ["too high"])) == [2, 4]


def test_what_many_rows_say_is_a_phrase(tmp_path: Path) -> None:
    data = [f"{word}: thank you very much for your help" for word in _rows(4, 30, 1)]
    assert pointed_at(found_by(Leaks, tmp_path, data, ["thank you very much for your help"])) == []


def test_an_instruction_before_each_row_does_not_leak(tmp_path: Path) -> None:
    order = "You are a careful assistant. Read the following report and say what has failed in it. Report: "
    test, data = ([order + row for row in _rows(seed, 40, 7)] for seed in (5, 6))
    assert found_by(Leaks, tmp_path, data, test).level == "ok"
    assert pointed_at(found_by(Leaks, tmp_path, [*data, test[8] + " Please."], test)) == [41]


def test_rows_of_a_table_leak_as_a_whole_only(tmp_path: Path) -> None:
    row = "; ".join(f"field{n}: value{n}" for n in range(20))
    data = [row.replace("value19", "other"), row, row + "; more: 1"]
    assert pointed_at(found_by(Leaks, tmp_path, data, [row])) == [2, 3]


def test_chinese_rows_are_found_by_characters(tmp_path: Path) -> None:
    test = ["高血压患者平时应该怎样注意饮食和运动", "头痛怎么办"]
    data = ["您好，高血压患者平时应该怎样注意饮食和运动？谢谢", "请问：头痛怎么办？", "小孩头痛怎么办才好", "糖尿病"]
    assert pointed_at(found_by(Leaks, tmp_path, data, test)) == [1, 2]


def test_without_test_rows_that_is_said(tmp_path: Path) -> None:
    found = found_by(Leaks, tmp_path, ["one"])
    assert (found.level, found.flags) == ("note", ())
