"""How good a model is for a task, and from what that is known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kit.i18n import _
from kit.models import ModelCard
from kit.plots.words import half_width, share
from kit.widgets.picking.measured import Figures
from kit.widgets.picking.offer import Offer

Kind = Literal["measured", "published", "guess"]
_KINDS: tuple[Kind, ...] = ("measured", "published", "guess")
_YEAR = 2023  # before, no model of the catalogue was made
_GROWTH = 0.35  # a year of progress counts like this many tenfolds of parameters


@dataclass(frozen=True)
class Quality:
    """What is known of how good a model is; `value` is a share where it was measured or published, else 0."""

    kind: Kind
    value: float
    guess: float
    words: str
    short: str = ""

    @property
    def rank(self) -> int:
        """0 for what own runs measured, 1 for what others published, 2 for a guess."""
        return _KINDS.index(self.kind)


def quality(each: Offer, measured: Mapping[str, Figures]) -> Quality:
    """Return what is known of a model, given the figures of own runs by method."""
    guess = guessed(each.card)
    best = max((f for f in measured.values() if f.acc is not None), key=lambda f: f.acc or 0.0, default=None)
    if best is not None and best.acc is not None:
        within = f" {half_width(best.acc_stderr)}" if best.acc_stderr is not None else ""
        short = _("accuracy {value}{within}, measured").format(value=share(best.acc), within=within)
        words = _("{accuracy} in run {run}").format(accuracy=short, run=best.run)
        return Quality("measured", best.acc, guess, words, short)
    scores = each.card.scores if each.card else ()
    if scores:
        mean = sum(score.value for score in scores) / len(scores)
        words = ", ".join(f"{s.benchmark} {share(s.value)} ({s.reporter}, {s.setting})" for s in scores)
        return Quality("published", mean, guess, words)
    return Quality("guess", 0.0, guess, _("nothing measured or published here: guessed from size and age"))


def guessed(card: ModelCard | None) -> float:
    """Return a guess from size and age: tenfolds of parameters, and years, which count for some of those."""
    if card is None:
        return 0.0
    year, _dash, month = card.released.partition("-")
    age = int(year) - _YEAR + int(month) / 12 if month else 0.0
    size = math.sqrt(card.active_parameters * card.parameters)  # a mixture of experts lies between the two
    return math.log10(size) + _GROWTH * age
