"""When a training has had its best moment, and when it learns by heart."""

from __future__ import annotations

import json
import math

import pytest

from kit.tuning.progress import Progress
from kit.tuning.validate import Validation
from kit.tuning.watching.course import Overfit, Point, best_step, clearly_worse, out_of_patience, overfit
from kit.tuning.watching.score import Scores


def _points(*losses: float, train: tuple[float, ...] = ()) -> list[Point]:
    train = train or tuple(3.0 - i for i in range(len(losses)))
    return [Point(10 * (i + 1), loss, each) for i, (loss, each) in enumerate(zip(losses, train, strict=True))]


@pytest.mark.parametrize(
    ("losses", "step"),
    [((3.0, 2.0, 1.0), 30), ((3.0, 1.0, 2.0), 20), ((1.0, 1.0, 2.0), 10), ((math.nan, 2.0, math.nan), 20)],
)
def test_the_best_is_the_earliest_lowest(losses: tuple[float, ...], step: int) -> None:
    assert best_step(_points(*losses)) == step


def test_nothing_is_best_of_nothing() -> None:
    assert best_step([]) is None


@pytest.mark.parametrize(
    ("losses", "patience", "ends"),
    [
        ((2.0, 1.0, 1.5), 1, True),
        ((2.0, 1.0, 1.5), 2, False),
        ((2.0, 1.0, 1.5, 1.0), 2, True),
        ((2.0, 1.0, 1.5, 0.9), 2, False),
        ((1.0, 2.0), None, False),
        ((1.0,), 1, False),
        ((), 1, False),
    ],
)
def test_patience_counts_evaluations_that_are_no_better(
    losses: tuple[float, ...], patience: int | None, ends: bool
) -> None:
    assert out_of_patience(_points(*losses), patience) is ends


def test_learning_by_heart_shows_in_both_losses() -> None:
    assert overfit(_points(1.0, 0.8, 0.9, 1.0)) == Overfit(since_step=30, best_step=20)
    assert overfit(_points(1.0, 0.8, 0.9, 0.85)) is None, "one rise is noise"
    assert overfit(_points(1.0, 1.1, 1.2, train=(1.0, 1.1, 1.2))) is None, "the training loss rises too: too fast"
    assert overfit(_points(0.5, 0.6)) is None


def test_a_rise_within_one_standard_error_of_paired_differences_is_not_clear() -> None:
    import numpy
    from scipy.stats import sem

    random = numpy.random.default_rng(0)
    best = random.exponential(size=120)
    seen = set()
    for rise in numpy.linspace(-0.1, 0.2, 31):
        now = best + random.normal(rise, 0.5, size=120)
        wanted = bool((now - best).mean() > sem(now - best))
        assert clearly_worse(now.tolist(), best.tolist()) is wanted
        seen.add(wanted)
    assert seen == {True, False}


def test_a_row_or_none_has_no_error_and_no_number_is_worse_than_any() -> None:
    assert clearly_worse([1.1], [1.0])
    assert not clearly_worse([1.0], [1.0])
    assert not clearly_worse([], [])
    assert clearly_worse([1.0, math.nan], [1.0, 9.0])


def test_what_is_kept_is_the_newest_that_is_not_clearly_worse() -> None:
    progress, steps = Progress(), []
    for misses in (
        (2.0, 2.0, 2.0),
        (1.0, 1.2, 1.1),
        (0.2, 2.1, 1.3),
        (1.6, 1.8, 1.9),
        (0.5, 2.2, 1.0),
        (0.1, 0.1, 0.1),
    ):
        progress.step += 1
        progress.evaluated(Validation(sum(misses) / 3, misses=misses))
        steps.append((progress.best_step, progress.kept_step))
        assert progress.kept is not None
    assert steps == [(1, 1), (2, 2), (2, 3), (2, 3), (2, 5), (6, 6)]
    assert Progress.from_dict(json.loads(json.dumps(progress.to_dict()))) == progress


def test_of_labels_the_newest_is_kept_while_no_fewer_are_right_though_the_loss_rises() -> None:
    progress = Progress()

    def found(chosen: str, loss: float) -> Validation:
        scores = Scores((loss,) * 4, (1,) * 4, tuple(map(int, chosen)), (0, 0, 0, 0))
        return Validation(scores.loss, scores.accuracy, misses=scores.misses)

    for chosen, loss, kept in (("0111", 0.9, 1), ("0001", 0.2, 2), ("1000", 0.8, 3), ("1111", 0.1, 3)):
        progress.step += 1
        progress.evaluated(found(chosen, loss))
        assert progress.kept_step == kept
    assert progress.best_step == 4
    progress.step += 1
    progress.evaluated(found("0000", math.nan))
    assert progress.kept_step == 3, "a model whose loss is no number is never kept"
