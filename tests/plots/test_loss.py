"""Loss curves."""

from __future__ import annotations

import random

from kit import plots
from kit.jobs import Status
from kit.plots.smooth import envelope


def texts(figure: object) -> list[str]:
    """Return every text that a figure shows."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]


def test_each_curve_is_named_at_its_end_with_its_last_value() -> None:
    shown = texts(plots.losses({"loss": [(1, 1.0), (5, 0.36)], "validation_loss": [(5, 0.41)]}, total=300))
    assert {"validation 0.41", "train 0.36", "300 steps"} <= set(shown)


def test_it_draws_the_status_of_a_run() -> None:
    status = Status()
    status.add({"t": 0, "kind": "metric", "name": "loss", "value": 0.5, "step": 1})
    assert "train 0.50" in texts(plots.losses(status))


def test_labels_at_the_end_are_kept_apart() -> None:
    figure = plots.losses({"loss": [(1, 1.0), (5, 0.400)], "validation_loss": [(5, 0.401)]})
    labels = [a for a in figure.axes[0].texts if a.get_text().startswith(("validation", "train"))]
    ys = sorted(a.xyann[1] for a in labels)
    assert ys[1] - ys[0] >= 13


def test_the_axis_reaches_to_the_planned_end_from_the_start() -> None:
    figure = plots.losses({"loss": [(1, 1.0)]}, total=300)
    assert figure.axes[0].get_xlim() == (0, 300)
    assert figure.axes[0].get_ylim()[0] == 0


def test_nothing_reported_yet_is_drawn_and_said() -> None:
    figure = plots.losses({}, total=20)
    assert "20 steps" in texts(figure)
    assert "No loss has been reported yet" in plots.svg(figure)


def test_a_long_curve_keeps_its_extremes_and_its_last_point() -> None:
    rng = random.Random(1)
    curve = [(i, rng.random()) for i in range(10_000)]
    curve[4321] = (4321, 9.0)
    curve[77] = (77, -9.0)
    short = envelope(curve)
    assert len(short) <= 700
    assert {(4321, 9.0), (77, -9.0), curve[-1]} <= set(short)
    assert [step for step, _ in short] == sorted(step for step, _ in short)
    assert set(short) <= set(curve)


def test_a_validation_long_ago_has_its_label_beside_its_dot() -> None:
    train = [(step, 2.0 - step / 100) for step in range(1, 101)]
    for validation in ([(0, 2.2)], [(0, 2.2), (40, 1.4)]):
        figure = plots.losses({"loss": train, "validation_loss": validation}, total=300)
        figure.draw_without_rendering()
        (label,) = [a for a in figure.axes[0].texts if a.get_text().startswith("validation")]
        (dot,) = figure.axes[0].transData.transform(validation[-1:])
        box = label.get_window_extent()
        assert max(box.x0 - dot[0], dot[0] - box.x1, 0) < 20
        assert max(box.y0 - dot[1], dot[1] - box.y1, 0) < 20


def test_the_lowest_validation_loss_is_marked_unless_it_is_the_newest() -> None:
    rising = plots.losses({"validation_loss": [(0, 2.0), (40, 0.4), (80, 0.6)]})
    assert "best 0.40" in texts(rising)
    assert "lowest validation loss 0.40 at step 40" in plots.svg(rising)
    assert not [text for text in texts(plots.losses({"validation_loss": [(0, 2.0), (40, 0.4)]})) if "best" in text]


def test_a_long_training_shows_its_mean_before_every_step() -> None:
    rng = random.Random(1)
    curve = [(step, 1.0 + rng.uniform(-0.5, 0.5)) for step in range(10_000)]
    lines = plots.losses({"loss": curve}).axes[0].lines
    raw, mean = (line.get_ydata() for line in lines[:2])
    assert max(raw) - min(raw) > 0.9
    assert max(mean[50:]) - min(mean[50:]) < 0.3
    assert max(len(raw), len(mean)) < 1000


def test_curves_of_other_runs_are_dashed_and_named() -> None:
    figure = plots.losses({"loss": [(1, 1.0)], "validation_loss": [(1, 0.9)]}, others={"3f2a": [(0, 2.0), (600, 0.5)]})
    assert {"3f2a 0.50", "validation 0.90", "train 1.0"} <= set(texts(figure))
    assert figure.axes[0].get_xlim() == (0, 600)
    assert figure.axes[0].lines[-1].is_dashed()
    assert "3f2a: lowest validation loss 0.50" in plots.svg(figure)


def test_a_loss_that_has_blown_up_is_left_out() -> None:
    figure = plots.losses({"loss": [(1, 1.0), (2, float("nan")), (3, float("inf"))]}, total=10)
    assert figure.axes[0].get_ylim()[1] < 1.1
