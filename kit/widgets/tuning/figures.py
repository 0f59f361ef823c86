"""The curves of a tuning as SVG, drawn again only when what they show has changed."""

from __future__ import annotations

from collections.abc import Mapping

from kit import plots
from kit.jobs import Status
from kit.widgets.figures import inner_width

Curve = list[tuple[int, float]]

_WIDE = 640  # pixels from which on two figures stand side by side
_GAP = 20
_SHARE = 0.58  # of the width, for the loss


class TuneFigures:
    """Loss and, where there is one, accuracy."""

    def __init__(self) -> None:
        self._key: object = None
        self._drawn: tuple[str, ...] = ()

    def drawn(
        self,
        status: Status | None,
        total: int | None,
        width: int,
        *,
        rows: int | None = None,
        floor: float | None = None,
        others: Mapping[str, Mapping[str, Curve]],
    ) -> tuple[str, ...]:
        """Return one or two figures.

        Parameters
        ----------
        status : Status, optional
            Of the run; None: only `others` are drawn.
        total : int, optional
            Its steps.
        width : int, pixels
            Of the card.
        rows : int, optional
            On how many rows accuracy was measured.
        floor : float, optional
            What always giving the most frequent label reaches.
        others : mapping of str to curves
            Of earlier runs, by name.
        """
        curves: Mapping[str, Curve] = {} if status is None else status.curves
        accuracy = curves.get("validation_accuracy") or []
        two = bool(accuracy) or not curves.get("validation_loss")
        key = (_mark(curves), total, width, rows, floor, tuple((name, _mark(each)) for name, each in others.items()))
        if key == self._key:
            return self._drawn
        inner = inner_width(width)
        wide = inner >= _WIDE and two
        sizes = (round((inner - _GAP) * _SHARE), round((inner - _GAP) * (1 - _SHARE))) if wide else (inner, inner)
        losses = {name: each.get("validation_loss", []) for name, each in others.items()}
        drawn = [plots.svg(plots.losses(curves, total=total, others=losses, width=sizes[0]))]
        if two:
            figure = plots.accuracy_curve(
                accuracy,
                total=total,
                last=max((step for step, _value in curves.get("loss", [])[-1:]), default=0),
                rows=rows,
                floor=floor,
                others={name: each.get("validation_accuracy", []) for name, each in others.items()},
                width=sizes[1],
            )
            drawn.append(plots.svg(figure))
        self._key, self._drawn = key, tuple(drawn)
        return self._drawn


def _mark(curves: Mapping[str, Curve]) -> object:
    """Return what changes when curves grow, or are taken back by a run that is resumed."""
    names = ("loss", "validation_loss", "validation_accuracy")
    return tuple((len(curves.get(name, [])), tuple(curves.get(name, [])[-1:])) for name in names)
