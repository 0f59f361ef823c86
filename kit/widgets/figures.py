"""Figures as the panels show them: drawn again only when what they show has changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kit import plots
from kit.jobs import Status
from kit.plots.plane import Plane, plane_of
from kit.plots.reading import variant_name
from kit.plots.smooth import envelope
from kit.result import Result

_FRAME = 26  # pixels of padding and border around a figure in a card
Points = tuple[tuple[int, float], ...]


def inner_width(width: int) -> int:
    """Return how wide a figure in a card of `width` pixels is."""
    return max(width - _FRAME, 260)


def loss_figure(status: Status, total: int | None, width: int) -> str:
    """Return the loss curves of a run as SVG."""
    train = tuple(envelope(status.curves.get("loss", [])))
    return _losses(train, tuple(status.curves.get("validation_loss", [])), total, inner_width(width))


@lru_cache(maxsize=16)
def _losses(train: Points, validation: Points, total: int | None, width: int) -> str:
    curves = {"loss": train, "validation_loss": validation}
    return plots.svg(plots.losses(curves, total=total, width=width))


class ResultFigures:
    """The two figures of a comparison."""

    def __init__(self) -> None:
        self._key: object = None
        self._drawn: tuple[str, str] = ("", "")
        self.plane: Plane | None = None  # where values stand in the first

    def drawn(
        self, results: Sequence[Result], width: int, quality: str = "acc", cost: str | None = None
    ) -> tuple[str, str]:
        """Return quality against a cost, and the two beside each other, as SVG.

        Parameters
        ----------
        results : sequence of Result
            Measured variants.
        width : int, pixels
            Of the card around the figures.
        quality, cost : str, optional
            Metric names, as in `kit.plots.tradeoff`.
        """
        key = (tuple(map(_seen, results)), width, quality, cost)
        if key != self._key:
            wide = inner_width(width)
            trade = plots.tradeoff(results, width=wide, quality=quality, latency_name=cost)
            beside = plots.accuracy_and_latency(results, width=wide, quality=quality, latency_name=cost)
            self._drawn = plots.svg(trade), plots.svg(beside)
            self.plane = plane_of(trade)
            self._key = key
        return self._drawn


def _seen(result: Result) -> object:
    """Return all of a result that the figures show."""
    samples = tuple((name, measured.samples) for name, measured in sorted(result.measurements.items()))
    facts = result.facts.get("majority_acc"), result.facts.get("only_answer")
    return variant_name(result), tuple(sorted(result.metrics.items())), samples, facts
