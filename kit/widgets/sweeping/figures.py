"""The figure of a sweep: accuracy against decode speed, drawn again only when what it shows has changed."""

from __future__ import annotations

from collections.abc import Sequence

from kit import plots
from kit.plots.reading import variant_name
from kit.result import Result
from kit.widgets.figures import inner_width
from kit.widgets.sweeping.columns import value
from kit.widgets.sweeping.front import SPEED

_WIDEST = 1100  # pixels; a wider one says no more


class SweepFigures:
    """The trade-off as SVG."""

    def __init__(self) -> None:
        self._key: object = None
        self._drawn = ""

    def drawn(self, results: Sequence[Result], quality: str, width: int) -> str:
        """Return the figure, or "" before two rows have both numbers.

        Parameters
        ----------
        results : sequence of Result
            Measured rows.
        quality : str
            A metric, such as ``acc``.
        width : int, pixels
            Of the card.
        """
        both = [row for row in results if None not in (value(row, quality), value(row, SPEED))]
        if len(both) < 2:
            return ""
        wide = min(inner_width(width), _WIDEST)
        key = ([(variant_name(row), sorted(row.metrics.items())) for row in both], quality, wide)
        if key != self._key:
            height = 250 if len(both) <= 8 else 340 if len(both) <= 16 else 430
            made = plots.tradeoff(both, width=wide, height=height, quality=quality, latency_name=SPEED)
            self._drawn, self._key = plots.svg(made), key
        return self._drawn
