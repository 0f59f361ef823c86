"""Shares with their intervals, false alarms over recall, and costs: what is drawn and what is said."""

from __future__ import annotations

import math

import pytest

from kit import plots

ROWS = [
    ("R1", {"precision": (0.9, 0.79, 0.96), "recall": (0.4, 0.3, 0.5)}),
    ("R2", {"precision": (0.5, 0.4, 0.6), "recall": (math.nan, 0.0, 1.0)}),
]


def texts(figure: object) -> list[str]:
    """Return every text that a figure shows."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]


def test_every_share_has_its_interval_and_is_said() -> None:
    figure = plots.shares(ROWS, title="Rules", axis="held-out transfers")
    lines = [line.get_xdata() for line in figure.axes[0].lines]
    assert [0.79, 0.96] in [list(each) for each in lines]
    assert [0.3, 0.5] in [list(each) for each in lines]
    assert [0.0, 1.0] not in [list(each) for each in lines]  # of a share that is not known, nothing is drawn
    assert {"R1", "R2", "precision", "recall", "0.90 (0.79–0.96)", "held-out transfers"} <= set(texts(figure))
    said = plots.svg(figure)
    assert "R1: precision 0.90 (0.79 to 0.96), recall 0.40 (0.30 to 0.50); R2: precision 0.50 (0.40 to 0.60)." in said


@pytest.mark.parametrize("width", [300, 620])
def test_values_stay_within_the_figure(width: int) -> None:
    figure = plots.shares(ROWS, title="Rules", axis="held-out transfers", width=width)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    renderer = FigureCanvasAgg(figure).get_renderer()
    (value,) = [t for t in figure.axes[0].texts if t.get_text().startswith("0.90")]
    assert value.get_window_extent(renderer).x1 <= width + 1


def test_false_alarms_are_compared_at_one_recall() -> None:
    curves = {"points": [(0, 0), (0.5, 0.3), (1, 1)], "rules": [(0, 0), (0.8, 0.1), (1, 1)]}
    at = {"points": (0.6, 0.5, 0.7), "rules": (0.1, 0.05, 0.2)}
    figure = plots.recall_curves(curves, at, recall=0.8)
    assert {"points 0.60", "rules 0.10", "share of frauds found"} <= set(texts(figure))
    drawn = [line.get_ydata() for line in figure.axes[0].lines]
    assert any(list(each) == [0.05, 0.2] for each in drawn)
    assert "To find 0.80 of the frauds, of the harmless alerts: points raises 0.60 (0.50 to 0.70)" in plots.svg(figure)


def test_the_cheapest_point_of_each_score_is_marked() -> None:
    curves = {"points": [(0, 900), (0.5, 400), (1, 700)], "rules": [(0, 900), (0.3, 250), (1, 700)]}
    figure = plots.price_curves(curves)
    marks = [(*line.get_xdata(), *line.get_ydata()) for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert marks == [(0.5, 400), (0.3, 250)]
    assert {"points 400", "rules 250"} <= set(texts(figure))
    assert "rules: least 250 EUR, looking at 0.30 of the alerts" in plots.svg(figure)
