"""Fewer examples: nested and balanced sets, what fits into the minutes, lines with intervals, groups on one side."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tinyvertical import write

from kit.data import load_data
from kit.measure.interval import wilson
from kit.verticals.medical.bundle import make_rows
from kit.verticals.medical.groups import group_column, sides
from kit.verticals.medical.lines import Line, ahead, interval
from kit.verticals.medical.nested import nested_order, sizes_for
from kit.verticals.medical.plan import points


def test_every_beginning_has_the_same_shares() -> None:
    answers = ["a"] * 60 + ["b"] * 30 + ["c"] * 10
    order = nested_order(answers, 0)
    assert sorted(order) == list(range(100))
    for size in (10, 20, 50):
        counts = Counter(answers[row] for row in order[:size])
        assert counts["a"] == pytest.approx(size * 0.6, abs=1.5)
        assert counts["b"] == pytest.approx(size * 0.3, abs=1.5)
    assert nested_order(answers, 0) == order != nested_order(answers, 1)


def test_sizes_leave_room_for_the_whole() -> None:
    assert sizes_for(258, 2, quick=False) == (16, 32, 64, 128)
    assert sizes_for(1200, 0, quick=False) == (16, 32, 64, 128, 256, 512)
    assert sizes_for(28, 2, quick=True) == (8,)
    assert sizes_for(28, 20, quick=True) == ()  # fewer than two of each label


def test_what_fits_into_the_minutes(tmp_path: Path) -> None:
    rows = load_data(write(tmp_path / "rows.jsonl", make_rows()[0][:258]))
    usual = points(rows, 200, minutes=15, quick=False)
    assert [point.size for point in usual] == [16, 32, 64, 128]
    assert sum(point.seconds for point in usual) <= 15 * 60 * 0.4
    assert all(a.epochs >= b.epochs for a, b in pairwise(usual))
    assert len(points(rows, 200, minutes=2, quick=False)) < len(usual)
    assert [point.size for point in points(rows, 24, minutes=15, quick=True)] == [8]


def test_a_line_has_an_interval_at_each_size() -> None:
    line = Line(name="a", sizes=(8, 16), scores=((1.0, 0.0, 1.0, 1.0), (1.0,) * 4))
    assert line.at(0) == (0.75, *wilson(3, 4))
    told = line.to_dict()
    assert (told["name"], told["sizes"], len(told["points"])) == ("a", [8, 16], 2)
    value, low, high = interval([0.2, 0.4, 0.9, 0.5, 0.3])
    assert value == pytest.approx(0.46)
    assert low < value < high


def test_who_is_ahead_needs_evidence() -> None:
    better, worse = [1.0] * 30, [1.0] * 10 + [0.0] * 20
    assert (ahead(better, worse), ahead(worse, better), ahead(better, better)) == (1, -1, 0)
    assert ahead([1.0, 0.0], [0.0, 0.0]) == 0
    fractions = [0.1 * (i % 5) for i in range(40)]
    assert ahead([value + 0.3 for value in fractions], fractions) == 1
    assert ahead(fractions, list(reversed(fractions))) == 0


def _rows(column: str, values: list[Any]) -> list[dict[str, Any]]:
    return [{"question": f"q{i}", "answer": "a", column: value} for i, value in enumerate(values)]


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("patient", [f"p{i // 3}" for i in range(30)], "patient"),
        ("Focus", [f"d{i // 2}" for i in range(30)], "Focus"),
        ("patient", [f"p{i}" for i in range(30)], ""),  # no two rows belong together
        ("patient", ["p0", "p1"] * 15, ""),  # too few to divide
        ("topic", [f"t{i // 3}" for i in range(29)] + [None], ""),  # a row without one
        ("colour", [f"c{i // 3}" for i in range(30)], ""),
    ],
)
def test_the_column_of_groups_is_told_by_its_name(column: str, values: list[Any], found: str) -> None:
    assert group_column(_rows(column, values)) == found


def test_the_strictest_column_counts() -> None:
    rows = [{"topic": f"t{i // 5}", "patient": f"p{i // 2}"} for i in range(40)]
    assert group_column(rows) == "patient"


def test_groups_on_both_sides_are_counted() -> None:
    found = sides(["a", "a", "b", ""], ["b", "c", "b", ""])
    assert (found.learnt, found.asked, found.both, found.rows) == (2, 2, 1, 2)
