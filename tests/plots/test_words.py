"""Numbers as people read them."""

from __future__ import annotations

import doctest
import types

import pytest

import kit.words
from kit.plots import words


@pytest.mark.parametrize(("module", "examples"), [(kit.words, 3), (words, 2)])
def test_the_examples_in_the_docstrings_hold(module: types.ModuleType, examples: int) -> None:
    failed, tried = doctest.testmod(module)
    assert tried >= examples
    assert failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.00"), (0.0034, "0.0034"), (9.94, "9.9"), (9.96, "10"), (99.6, "100"), (1943, "1,940"), (-12.3, "-12")],
)
def test_number_keeps_two_or_three_digits(value: float, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_a_dash(value: float) -> None:
    assert words.number(value) == words.duration(value) == words.share(value) == "–"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00064, "0.64 ms"), (0.9999, "1.0 s"), (59.4, "59 s"), (59.6, "1 min"), (3599, "59 min 59 s"), (3600, "1 h")],
)
def test_duration_changes_its_unit_where_people_do(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_what_remains_goes_down_in_steps_and_never_promises_too_little() -> None:
    shown = [words.remaining(s) for s in (611, 600, 111, 61, 59, 12, 3)]
    assert shown == ["11 min", "10 min", "2 min", "1 min 10 s", "1 min", "15 s", "a few seconds"]


def test_half_width_is_that_of_a_95_percent_interval() -> None:
    assert words.half_width(0.0226) == "± .04"  # 1.96 * 0.0226 = 0.0443
    assert words.half_width(0.6) == "± 1.18"


def test_sizes_count_a_thousand_bytes_to_the_kilobyte() -> None:
    assert words.size(1e9 / 2**20) == "1.0 GB"
    assert words.memory(1e9 / 2**20) == "1.0 GB"
    assert words.size(538e6 / 2**20) == "538 MB"
