"""The reliability diagram: every bin where it belongs, what it says, who it leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from kit import plots
from kit.errors import ParameterError
from kit.measure.calibration import Calibration, calibration_of
from kit.measure.probability import softmax
from kit.plots.style import description
from kit.result import Result


def texts(figure: object) -> list[str]:
    """Return every text that a figure shows."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]


def calibration(sharper: float, *, rows: int = 800, equal: str = "width") -> Calibration:
    random = np.random.default_rng(0)
    logits = random.normal(size=(rows, 3)) * 1.5
    gold = [int(random.choice(3, p=softmax(row))) for row in logits]
    return calibration_of([softmax(row * sharper) for row in logits], gold, equal=equal)


@pytest.mark.parametrize("width", [350, 640])
def test_each_bin_is_a_mark_with_its_interval_and_its_count(width: int) -> None:
    found = calibration(1)
    figure = plots.reliability(found, width=width)
    plot, strip = figure.axes
    marks = [line for line in plot.lines if line.get_marker() in ("o", "D")]
    assert [(m.get_xdata()[0], m.get_ydata()[0]) for m in marks] == [(b.confidence, b.accuracy) for b in found.bins]
    spans = [line.get_ydata() for line in plot.lines if line.get_linewidth() == 2]
    assert [list(span) for span in spans] == [[b.accuracy_low, b.accuracy_high] for b in found.bins]
    assert [bar.get_height() for bar in strip.patches] == [b.rows for b in found.bins]
    assert str(found.bins[-1].rows) in texts(figure)
    assert strip.get_xlim() == plot.get_xlim()


def test_too_sure_is_said_and_marked() -> None:
    figure = plots.reliability(calibration(4))
    shown = " ".join(texts(figure))
    assert "Surer than right" in shown
    assert "Diamonds: the interval misses the line." in shown
    shapes = {line.get_marker(): line.get_color() for line in figure.axes[0].lines if line.get_marker() in ("o", "D")}
    assert len(set(shapes.values())) == len(shapes)  # shape and colour say the same


def test_too_unsure_is_said() -> None:
    assert "Right more often than sure" in " ".join(texts(plots.reliability(calibration(0.3))))


def test_no_evidence_is_called_that() -> None:
    shown = " ".join(texts(plots.reliability(calibration(1))))
    assert "No evidence that the probabilities are wrong." in shown


def test_every_bin_is_in_the_text_alternative() -> None:
    found = calibration(1, equal="rows")
    words = description(plots.reliability(found)).text
    assert words.count(" rows at ") == len(found.bins)


def test_it_comes_from_a_result() -> None:
    found = calibration(1)
    result = Result(spec={}, metrics=found.metrics(), facts={"calibration": found.facts()})
    assert plots.svg(plots.reliability(result)) == plots.svg(plots.reliability(found))
    with pytest.raises(ParameterError, match="labels or choices"):
        plots.reliability(Result(spec={}))
