"""Accuracy against latency, and the two beside each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from kit import plots
from kit.plots.reading import accuracy, latency
from kit.plots.scale import log_ticks
from kit.plots.style import description
from kit.plots.words import duration
from kit.result import Result


def texts(figure: object) -> list[str]:
    """Return every text that a figure shows."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]


def test_every_variant_is_named_and_the_best_are_joined(part: Callable[..., Result]) -> None:
    figure = plots.tradeoff([part("fp32", 0.81, 0.4), part("slow", 0.7, 0.5), part("nf4", 0.74, 0.1)])
    assert {"fp32", "slow", "nf4"} <= set(texts(figure))
    assert description(figure).text.endswith("Best trade-offs: nf4, fp32.")
    dashed = figure.axes[0].lines[0]
    assert list(dashed.get_xdata()) == [0.1, 0.4]


def test_the_area_of_a_bubble_is_the_memory(part: Callable[..., Result]) -> None:
    figure = plots.tradeoff([part("a", 0.8, 0.1, 1600), part("b", 0.7, 0.2, 400)])
    sizes = [line.get_markersize() for line in figure.axes[0].lines if line.get_gid()]
    assert (sizes[0] / sizes[1]) ** 2 == pytest.approx(4)


def test_the_axis_is_logarithmic_and_says_so(part: Callable[..., Result]) -> None:
    figure = plots.tradeoff([part("a", 0.8, 0.02), part("b", 0.7, 0.2)])
    assert figure.axes[0].get_xscale() == "log"
    assert any("log scale" in text for text in texts(figure))


def test_rows_that_did_not_finish_are_left_out(part: Callable[..., Result]) -> None:
    whole = Result(spec={}, parts=(part("a", 0.8, 0.1), Result(spec={}, status="failed", facts={"method": "z"})))
    assert "z" not in texts(plots.tradeoff(whole))
    assert "z" not in texts(plots.accuracy_and_latency(whole))


def test_no_rows_are_said_to_be_none() -> None:
    assert any("Nothing to draw yet" in text for text in texts(plots.tradeoff([])))
    assert "latency: not measured" in texts(plots.accuracy_and_latency([]))


@pytest.mark.parametrize("width", [340, 600])
def test_beside_each_other_each_row_has_its_values(part: Callable[..., Result], width: int) -> None:
    figure = plots.accuracy_and_latency([part("fp32", 0.81, 0.4), part("nf4", 0.74, 0.1)], width=width)
    shown = texts(figure)
    assert {"fp32", "nf4", "0.81", "0.74", "400 ms", "100 ms"} <= set(shown)
    tops = {round(plot.get_position().y1, 3) for plot in figure.axes}
    assert len(tops) == (2 if width < 520 else 1)


def test_the_interval_is_the_95_percent_one_and_stays_in_its_range(part: Callable[..., Result]) -> None:
    value, low, high = accuracy(part("a", 0.8, 0.1)) or (0, 0, 0)
    assert (value, low, high) == pytest.approx((0.8, 0.8 - 1.96 * 0.02, 0.8 + 1.96 * 0.02), abs=1e-4)
    assert (accuracy(part("a", 0.99, 0.1)) or (0, 0, 0))[2] == 1


def test_the_median_is_that_of_numpy(part: Callable[..., Result]) -> None:
    times = latency(part("a", 0.8, 0.1))
    assert times is not None
    assert times.p50 == pytest.approx(np.percentile(times.samples, 50))


@pytest.mark.parametrize(
    ("low", "high"), [(0.02, 0.2), (0.0213, 0.0301), (0.9, 1.1), (0.001, 100), (1.7, 2.6), (0.78, 1.36)]
)
def test_a_log_axis_has_some_round_ticks(low: float, high: float) -> None:
    ticks = log_ticks(low, high)
    assert 3 <= len(ticks) <= 7
    assert all(low <= tick <= high for tick in ticks)
    assert len({duration(tick) for tick in ticks}) == len(ticks)


def test_the_ticks_of_a_short_log_axis_are_evenly_apart() -> None:
    assert log_ticks(0.78, 1.36) == pytest.approx([0.8, 1.0, 1.2])
    assert log_ticks(0.02, 2.0) == pytest.approx([0.03, 0.1, 0.3, 1.0])


def test_a_variant_with_only_one_answer_is_no_best_trade_off(part: Callable[..., Result]) -> None:
    rows = [part("fp32", 0.81, 0.4), part("nf4", 0.9, 0.1, only_answer="release"), part("bf16", 0.8, 0.2)]
    figure = plots.tradeoff(rows)
    words = description(figure).text
    assert words.endswith("Best trade-offs: bf16, fp32.")
    assert "always answers 'release'" in words
    assert list(figure.axes[0].lines[0].get_xdata()) == [0.2, 0.4]
    assert "nf4" in texts(figure)


def test_a_line_is_explained_only_where_there_is_one(part: Callable[..., Result]) -> None:
    one = [part("fp32", 0.81, 0.1), part("slow", 0.7, 0.5)]
    assert not any("dashed" in text for text in texts(plots.tradeoff(one)))
    assert any("dashed" in text for text in texts(plots.tradeoff([*one, part("fast", 0.6, 0.05)])))


@pytest.mark.parametrize("width", [340, 600])
def test_what_the_most_frequent_label_reaches_is_a_line_with_a_name(part: Callable[..., Result], width: int) -> None:
    rows = [part("fp32", 0.81, 0.4, majority_acc=0.4), part("nf4", 0.74, 0.1, majority_acc=0.4)]
    figure = plots.accuracy_and_latency(rows, width=width)
    assert "most frequent label 0.40" in texts(figure)
    assert any(list(line.get_xdata()) == [0.4, 0.4] for line in figure.axes[0].lines)
    assert figure.axes[0].get_xlim()[0] < 0.4
    assert description(figure).text.endswith("most frequent label 0.40")


def test_rows_that_know_no_such_baseline_or_not_the_same_have_none(part: Callable[..., Result]) -> None:
    rows = [part("fp32", 0.81, 0.4, majority_acc=0.4), part("nf4", 0.74, 0.1, majority_acc=0.5)]
    for told in (rows, [part("fp32", 0.81, 0.4)], []):
        assert not any("frequent" in text for text in texts(plots.accuracy_and_latency(told)))


def test_what_a_search_found_beaten_is_pale(part: Callable[..., Result]) -> None:
    rows = [part("a", 0.8, 0.1), part("b", 0.7, 0.2)]
    rows = [dataclasses.replace(row, facts={**row.facts, "front": row is rows[0]}) for row in rows]
    figure = plots.tradeoff(rows)
    alphas = {line.get_gid(): line.get_alpha() for line in figure.axes[0].lines if line.get_gid()}
    assert alphas["mark-0"] == 1 > alphas["mark-1"]
    assert any("pale = beaten" in text for text in texts(figure))
    assert not any("pale" in text for text in texts(plots.tradeoff([part("a", 0.8, 0.1)])))
