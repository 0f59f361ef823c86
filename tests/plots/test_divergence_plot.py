"""The picture of how far variants are from their reference."""

from __future__ import annotations

import pytest

from kit import plots
from kit.plots.style import description
from kit.result import Result


def part(method: str, p50: float, p90: float, p99: float, same: float) -> Result:
    shares = {"50": p50, "90": p90, "99": p99, "100": p99 * 2}
    return Result(
        spec={},
        metrics={"kld_mean": p90, "same_top_p": same, "same_top_p_stderr": 0.01},
        facts={"method": method, "reference": {"method": "fp32", "kld_percentiles": shares}},
    )


ROWS = [part("fp32", 0, 0, 0, 1), part("bf16", 0.001, 0.003, 0.02, 0.97), part("nf4", 0.2, 0.8, 2, 0.73)]


def texts(figure: object) -> list[str]:
    """Return every text that a figure shows."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [350, 640])
def test_each_variant_but_the_reference_is_a_row(width: int) -> None:
    figure = plots.divergence(Result(spec={}, parts=tuple(ROWS)), width=width)
    shown = texts(figure)
    assert {"bf16", "nf4", "0.97 ± .02", "0.73 ± .02"} <= set(shown)
    assert "fp32" not in shown
    thick = [list(line.get_xdata()) for line in figure.axes[0].lines if line.get_linewidth() == 4]
    assert thick == [[0.001, 0.003], [0.2, 0.8]]
    assert figure.axes[0].get_xscale() == "log"
    assert any("fp32" in text and "log scale" in text for text in shown)


def test_the_words_have_the_numbers() -> None:
    words = description(plots.divergence(ROWS)).text
    assert "nf4: mean divergence 0.80 nats, median 0.20, 99th percentile 2.0; same first choice 0.73" in words


@pytest.mark.parametrize("results", [[], ROWS[:1], [Result(spec={}, facts={"method": "bf16"})]])
def test_without_anything_compared_it_says_so(results: list[Result]) -> None:
    assert "nothing was compared with a reference" in texts(plots.divergence(results))
