"""Learning curves and accuracy by coverage: what is drawn, what is said to who cannot see it, what leaks."""

from __future__ import annotations

import re

import pytest

from kit.plots import coverage_curve, learning_curve, svg

LINES = [
    ("tuned with LoRA", [(16, 0.7, 0.63, 0.76), (64, 0.85, 0.79, 0.89), (258, 0.9, 0.85, 0.93)]),
    ("Logistic $regression$", [(16, 0.88, 0.83, 0.92), (64, 0.92, 0.87, 0.95), (258, 0.94, 0.9, 0.96)]),
]
CURVE = [(0.1, 1.0, 0.8, 1.0), (0.5, 0.95, 0.9, 0.99), (0.8, 0.92, 0.87, 0.95), (1.0, 0.86, 0.81, 0.9)]


def test_a_learning_curve_tells_each_point() -> None:
    drawn = svg(learning_curve(LINES, metric="accuracy", floor=0.63))
    said = re.search(r"<desc>(.*?)</desc>", drawn)
    assert said is not None
    assert "tuned with LoRA: 16 examples 0.70 (0.63 to 0.76); 64 examples 0.85 (0.79 to 0.89)" in said[1]
    assert "Without learning: 0.63." in said[1]
    assert "Logistic $regression$ 0.94" in drawn  # at the end of its line
    assert all(f">{size}<" in drawn for size in (16, 64, 258))
    assert re.findall(r"#[0-9a-f]{6}(?![^(]*\))", drawn) == []  # every colour is a variable of the page


def test_sizes_that_are_nearly_the_same_have_one_name() -> None:
    lines = [("a", [(64, 0.7, 0.6, 0.8), (100, 0.7, 0.6, 0.8), (128, 0.8, 0.7, 0.9)])]
    drawn = svg(learning_curve(lines, metric="accuracy"))
    assert ">64<" in drawn
    assert ">100<" not in drawn
    assert ">128<" in drawn


@pytest.mark.parametrize("dark", [False, True])
def test_accuracy_by_coverage_tells_the_threshold(dark: bool) -> None:
    drawn = svg(coverage_curve(CURVE, at=(0.8, 0.92), threshold=0.71, rows=200, dark=dark))
    assert "0.50 answered: 0.95 right (0.90 to 0.99)" in drawn
    assert "At the threshold 0.71, 0.80 are answered and 0.92 of these are right." in drawn
    assert "threshold 0.71: 0.92 right" in drawn


def test_without_a_threshold_there_is_the_curve_alone() -> None:
    drawn = svg(coverage_curve(CURVE, rows=200))
    assert "Of 200 cases, the surest first" in drawn
    assert "threshold" not in drawn
