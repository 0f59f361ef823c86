"""The figures that are looked at now and then, drawn once for the same result and width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kit import plots
from kit.errors import KitError
from kit.plots.reading import variant_name
from kit.result import Result
from kit.widgets.figures import inner_width

_KEPT = 24


class Drawings:
    """Figures as SVG; "" where a result has not what one needs."""

    def __init__(self) -> None:
        self._drawn: dict[Any, str] = {}

    def reliability(self, row: Result, width: int) -> str:
        """Return the reliability diagram of a variant."""
        return self._once("calibration", [row], width, lambda wide: plots.reliability(row, width=wide))

    def confusion(self, row: Result, width: int) -> str:
        """Return the confusion matrix of a variant."""
        return self._once("confusion", [row], width, lambda wide: plots.confusion(row, width=wide))

    def divergence(self, rows: Sequence[Result], width: int) -> str:
        """Return how far variants are from their reference."""
        return self._once("reference", rows, width, lambda wide: plots.divergence(rows, width=wide))

    def _once(self, name: str, rows: Sequence[Result], width: int, draw: Callable[[int], Any]) -> str:
        wide = inner_width(width)
        key = name, wide, str([(variant_name(row), row.facts.get(name)) for row in rows])
        if key not in self._drawn:
            while len(self._drawn) >= _KEPT:
                self._drawn.pop(next(iter(self._drawn)))
            try:
                self._drawn[key] = plots.svg(draw(wide)) if any(name in row.facts for row in rows) else ""
            except (KitError, KeyError, TypeError, ValueError):  # facts of another version
                self._drawn[key] = ""
        return self._drawn[key]
