"""Figures on machines: every failure a dot, every assumption a bar, and the same facts in words."""

from __future__ import annotations

import math

import pytest

from kit import plots
from kit.plots.before_failure import Before
from kit.plots.lead_times import Leads
from kit.plots.style import description
from kit.plots.swings import Swing

FOUND = [
    Leads("tuned model", (1.0, 2.5, 6.0), (2.5, 1.0, 6.0), 4),
    Leads("gradient boosting", (2.0, 3.0), (2.5, 2.0, 3.0), 5),
]
SWINGS = [Swing("cost of an hour", 200, 800, 1000, 5000), Swing("share of causes found", 0.4, 1.0, 900, 3100)]


def texts(figure: object) -> list[str]:
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [350, 640])
def test_each_failure_is_a_dot_and_the_missed_ones_are_counted(width: int) -> None:
    figure = plots.lead_times(FOUND, width=width)
    dots = [line for line in figure.axes[0].lines if line.get_marker() not in ("None", None, "")]
    assert [tuple(line.get_xdata()) for line in dots] == [each.days for each in FOUND]
    assert {"3 foreseen", "4 late or missed", "2 foreseen", "5 late or missed"} <= set(texts(figure))
    left, right = figure.axes[0].get_xlim()
    assert left > right == 0  # time goes to the right, the failure stands at its end
    said = description(figure).text
    assert "tuned model: 3 failures foreseen, median 2.5 days before (1.0 to 6.0), 4 late or missed." in said


def test_a_method_that_foresees_nothing_is_drawn_and_said() -> None:
    nan = math.nan
    figure = plots.lead_times([Leads("trees", (), (nan, nan, nan), 3)])
    assert description(figure).text == "trees: no failure foreseen, 3 late or missed."
    plots.svg(figure)


def test_each_assumption_has_a_bar_to_either_side() -> None:
    figure = plots.swings(SWINGS, (2000, 500, 3500), title="saved")
    ends = [round(bar.get_x() + bar.get_width()) for bar in figure.axes[0].patches if bar.get_height() == 0.5]
    assert ends == [1000, 5000, 900, 3100]
    assert {"200", "800", "0.40", "1.0"} <= set(texts(figure))
    assert "As assumed 2,000 (500 to 3,500)." in description(figure).text
    assert "cost of an hour from 200 to 800: 1,000 to 5,000." in description(figure).text


def test_losses_are_told_from_savings_by_a_line_at_nothing() -> None:
    loss = plots.swings([Swing("a", 1, 2, -50, 10)], (-20, -60, 20), title="saved")
    gain = plots.swings(SWINGS, (2000, 500, 3500), title="saved")
    at_nothing = [[line for line in each.axes[0].lines if set(line.get_xdata()) == {0}] for each in (loss, gain)]
    assert [len(lines) for lines in at_nothing] == [1, 0]


def test_the_days_before_failures_have_a_line_for_each_and_their_median() -> None:
    lines = tuple(tuple((-day, float(day + place)) for day in range(10, -1, -1)) for place in range(3))
    figure = plots.before_failure([Before("leak", "pressure", lines), Before("bearing", "tones", lines[:1])])
    first, second = figure.axes
    assert [len(plot.lines) for plot in (first, second)] == [4, 1]  # one failure has no median
    assert list(first.lines[-1].get_ydata()) == [float(day + 1) for day in range(10, -1, -1)]
    said = description(figure).text
    assert "leak: 3 failures, pressure goes from 11 to 1 within 10 days (median)." in said
    assert "bearing: 1 failures." in said
