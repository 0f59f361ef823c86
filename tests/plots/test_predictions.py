"""Predicted memory and speed of several models, against one machine."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from kit import plots
from kit.errors import ParameterError, UnknownNameError
from kit.machine import Speed, this_machine
from kit.models import card_of, estimate, expected_speed
from kit.plots.style import description

MACHINE = dataclasses.replace(this_machine(), memory_mib=16 * 1024, gpus=())
SPEED = Speed("cpu", 20.0, {"fp32": 0.1, "bf16": 0.2}, 3e-6, "2026-01-01T00:00:00+00:00")
SMALL, LARGE = "smollm2-135m-instruct", "qwen3-8b"


def dots(axes: object) -> dict[str, tuple[Any, ...]]:
    """Return value, row and opacity of every mark, by its name."""
    lines = [line for line in axes.lines if (line.get_gid() or "").startswith("mark-")]  # type: ignore[attr-defined]
    return {line.get_gid(): (line.get_xdata()[0], line.get_ydata()[0], line.get_alpha()) for line in lines}


def test_each_dot_is_what_the_formulas_say() -> None:
    figure = plots.predictions([SMALL, card_of(LARGE)], ["fp32", "bf16"], machine=MACHINE, speed=SPEED)
    memory, rates = map(dots, figure.axes)
    for place, (model, method) in enumerate([(m, h) for m in (SMALL, LARGE) for h in ("fp32", "bf16")]):
        card = card_of(model)
        told = estimate(card, method).peak_bytes
        pale = 0.3 if told > 16 * 1024**3 else 1.0
        assert memory[f"mark-{place}-memory"] == (pytest.approx(told / 1e9), place // 2, pale)
        pace = expected_speed(card, method, SPEED).decode_tokens_per_s
        assert rates[f"mark-{place}-rate"] == (pytest.approx(pace), place // 2, pale)
    assert {each[2] for each in memory.values()} == {0.3, 1.0}


def test_it_says_what_it_shows() -> None:
    figure = plots.predictions([SMALL, LARGE], ["fp32"], machine=MACHINE, speed=SPEED)
    said = description(figure).text
    assert "SmolLM2 135M Instruct fp32: 1.1 GB, fits, about" in said
    assert "Qwen3 8B fp32: 34 GB, does not fit" in said
    drawn = plots.svg(figure)
    assert "line = memory here, 17 GB · pale = does not fit" in drawn
    assert drawn.count("<title>") == 1 + 2 * 2  # the figure, and both dots of each way


def test_without_a_known_speed_there_is_memory_alone() -> None:
    figure = plots.predictions([SMALL], machine=MACHINE)
    assert len(figure.axes) == 1
    assert "tok/s" not in description(figure).text


def test_a_long_context_is_cut_to_what_a_model_reads() -> None:
    figure = plots.predictions([SMALL], ["bf16"], context=100_000, machine=MACHINE)
    expected = estimate(card_of(SMALL), context=card_of(SMALL).context).peak_bytes / 1e9
    assert dots(figure.axes[0])["mark-0-memory"][0] == pytest.approx(expected)


@pytest.mark.parametrize("wrong", [{"models": []}, {"models": SMALL}, {"models": [SMALL], "methods": []}])
def test_a_list_of_names_is_asked_for(wrong: dict[str, object]) -> None:
    with pytest.raises(ParameterError, match="a list with at least one name"):
        plots.predictions(**wrong)  # type: ignore[arg-type]


def test_unknown_methods_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="method"):
        plots.predictions([SMALL], ["3-bit"])
