"""The picture of a confusion matrix, with few labels and with many."""

from __future__ import annotations

import numpy as np
import pytest

from kit import plots
from kit.errors import ParameterError
from kit.measure.confusion import Confusion, confusion_of
from kit.plots.style import description
from kit.result import Result

FEW = ("negative", "neutral", "positive")
MANY = tuple(f"a failure of the {place}th kind" for place in range(20))


def texts(figure: object) -> list[str]:
    """Return every text that a figure shows."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]


def found(labels: tuple[str, ...], rows: int = 600) -> Confusion:
    random = np.random.default_rng(0)
    gold = random.integers(0, len(labels), rows)
    answers = np.where(random.random(rows) < 0.7, gold, random.integers(0, len(labels), rows))
    return confusion_of(gold.tolist(), answers.tolist(), labels)


@pytest.mark.parametrize("width", [350, 640])
def test_few_labels_stand_at_both_sides_with_every_count(width: int) -> None:
    matrix = found(FEW)
    shown = texts(plots.confusion(matrix, width=width))
    assert all(shown.count(label) == 2 for label in FEW)
    assert {str(rows) for row in matrix.matrix for rows in row} <= set(shown)
    assert f"{matrix.scores()[0].recall.value:.2f}" in shown
    assert ("precision" in shown) == (width > 420)


@pytest.mark.parametrize(("width", "numbered"), [(350, 4), (640, 20)])
def test_many_labels_are_numbered(width: int, numbered: int) -> None:
    shown = texts(plots.confusion(found(MANY), width=width))
    assert sum(f"{place + 1}" in shown for place in range(20)) >= numbered
    assert [text for text in shown if text.endswith("  20")]
    assert all(any(text.endswith(f"  {place + 1}") for text in shown) for place in range(20))


@pytest.mark.parametrize("labels", [FEW, MANY])
@pytest.mark.parametrize("width", [350, 640])
def test_nothing_leaves_the_picture(labels: tuple[str, ...], width: int) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = plots.confusion(found(labels), width=width)
    canvas = FigureCanvasAgg(figure)
    boxes = [text.get_window_extent(canvas.get_renderer()) for plot in figure.axes for text in plot.texts]
    assert min(box.x0 for box in boxes) >= -1
    assert max(box.x1 for box in boxes) <= width + 1
    assert max(box.y1 for box in boxes) <= figure.get_size_inches()[1] * 72 + 1


def test_a_larger_share_of_its_row_is_a_stronger_tint() -> None:
    figure = plots.confusion(Confusion(("a", "b"), ((90, 10), (0, 5))))
    tints = [patch.get_alpha() for patch in figure.axes[0].patches if patch.get_alpha() is not None]
    assert tints[0] > tints[1] > tints[2] == 0
    assert tints[3] == max(tints) <= 0.45


def test_the_words_have_every_label_and_the_worst_mistakes() -> None:
    words = description(plots.confusion(Confusion(("a", "b"), ((90, 10), (2, 5))))).text
    assert words.startswith("95 of 107 rows are right. Most often mistaken: 'a' as 'b' (10), 'b' as 'a' (2).")
    assert "a: 100 rows, precision 0.98" in words


def test_it_comes_from_a_result() -> None:
    matrix = found(FEW)
    result = Result(spec={}, facts={"confusion": matrix.to_dict()})
    assert plots.svg(plots.confusion(result)) == plots.svg(plots.confusion(matrix))
    with pytest.raises(ParameterError, match="answers are labels"):
        plots.confusion(Result(spec={}))


def test_labels_in_any_script_bring_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    assert "肝病科" in plots.svg(plots.confusion(Confusion(("肝病科", "呼吸科"), ((9, 1), (2, 5)))))
    assert not recwarn.list
