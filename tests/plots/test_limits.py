"""Who is good enough, fast enough and small enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kit import within
from kit.errors import ParameterError, UnknownNameError
from kit.plots.limits import limits_sentence, missed
from kit.plots.reading import variant_name
from kit.result import Result


@pytest.fixture
def rows(part: Callable[..., Result]) -> list[Result]:
    """Three variants: good, good and small, bad and small."""
    return [part("fp32", 0.82, 0.4, 1600), part("bf16", 0.81, 0.2, 800), part("nf4", 0.74, 0.1, 400)]


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        ({}, ["fp32", "bf16", "nf4"]),
        ({"acc": 0.81}, ["fp32", "bf16"]),  # at the limit is within
        ({"acc": 0.8, "e2el_s": 0.3}, ["bf16"]),
        ({"max_ram_mib": 1000}, ["bf16", "nf4"]),
        ({"acc": 0.9}, []),
        ({"ttft_s": 1.0}, []),  # not measured: nobody knows
    ],
)
def test_those_within_all_limits_are_found(rows: list[Result], limits: dict[str, float], names: list[str]) -> None:
    assert [variant_name(row) for row in within(rows, limits)] == names
    assert [variant_name(row) for row in within(Result(spec={}, parts=tuple(rows)), limits)] == names


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({}, ""),
        ({"acc": 0.8}, "2 of 3 variants meet your limits; the smallest is bf16."),
        ({"acc": 0.8, "e2el_s": 0.3}, "1 of 3 variants meets your limits: bf16."),
        ({"acc": 0.1}, "All 3 variants meet your limits; the smallest is nf4."),
        (
            {"acc": 0.8, "e2el_s": 0.15},
            "None of 3 variants meets your limits. nf4 comes nearest: accuracy 0.74 instead of 0.80.",
        ),
    ],
)
def test_a_sentence_says_who_meets_them(rows: list[Result], limits: dict[str, float], sentence: str) -> None:
    assert limits_sentence(rows, limits) == sentence


def test_without_memory_the_fastest_is_named(rows: list[Result]) -> None:
    for row in rows:
        del row.metrics["max_ram_mib"]
    assert limits_sentence(rows, {"acc": 0.8}) == "2 of 3 variants meet your limits; the fastest is bf16."


def test_a_miss_says_what_was_wanted(rows: list[Result]) -> None:
    (slow,) = missed(rows[0], {"acc": 0.8, "e2el_s": 0.2})
    assert slow.words == "time per answer 400 ms instead of 200 ms"
    assert [miss.words for miss in missed(rows[0], {"ttft_s": 0.1})] == ["time to first token not measured"]


@pytest.mark.parametrize(
    ("limits", "error"),
    [({"accuracy": 0.8}, UnknownNameError), ({"acc": "80 %"}, ParameterError), ({"acc": float("nan")}, ParameterError)],
)
def test_what_is_no_limit_is_refused(rows: list[Result], limits: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="limits"):
        within(rows, limits)
