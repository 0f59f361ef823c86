"""Accuracy over the steps of a training."""

from __future__ import annotations

import math

import pytest

from kit import plots

CURVE = [(0, 0.34), (50, 0.7), (100, 0.84)]


def texts(figure: object) -> list[str]:
    """Return every text that a figure shows."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]


def test_it_is_named_at_its_end_and_said_in_words() -> None:
    figure = plots.accuracy_curve(CURVE, total=300, rows=120, floor=0.37)
    assert {"accuracy 0.84", "300 steps", "most frequent label"} <= set(texts(figure))
    said = plots.svg(figure)
    assert "accuracy from 0.34 at step 0 to 0.84 at step 100; ± 0.07 with 120 rows" in said
    assert "always the most frequent label: 0.37" in said


def test_the_band_is_the_interval_of_each_accuracy() -> None:
    figure = plots.accuracy_curve(CURVE, rows=120)
    (band,) = figure.axes[0].collections
    corners = band.get_paths()[0].vertices
    half = 1.96 * math.sqrt(0.84 * 0.16 / 120)
    at_last = sorted({round(float(y), 4) for x, y in corners if x == 100})
    assert at_last == pytest.approx([0.84 - half, 0.84 + half], abs=1e-4)


def test_without_rows_no_interval_is_claimed() -> None:
    figure = plots.accuracy_curve(CURVE)
    assert not figure.axes[0].collections
    assert "95% interval" not in "".join(texts(figure))


def test_other_runs_are_named_in_the_margin() -> None:
    figure = plots.accuracy_curve(CURVE, others={"a7d1": [(0, 0.3), (400, 0.61)], "gone": []})
    assert "a7d1 0.61" in texts(figure)
    assert not [text for text in texts(figure) if text.startswith("gone")]
    assert figure.axes[0].get_xlim() == (0, 400)


def test_nothing_measured_yet_is_drawn_and_said() -> None:
    assert "No accuracy has been measured yet" in plots.svg(plots.accuracy_curve([], total=20))
