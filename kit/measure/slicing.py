"""Where an evaluation is better or worse than elsewhere: its score, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kit.errors import KitError
from kit.i18n import _
from kit.measure.bootstrap import mean_interval
from kit.measure.correction import judge_all, level_for_each
from kit.measure.grouping import Group, groups
from kit.measure.interval import wilson
from kit.measure.pairing import chosen_metric, labels_of, metrics_of, scores_of
from kit.measure.record import read_records
from kit.measure.saying import LOWER_IS_BETTER, slices_words
from kit.measure.slices import FEWEST, Slice, Slices, worst_of
from kit.measure.unpaired import unpaired
from kit.measure.verdict import LEVEL
from kit.result import Result


def slices(
    result: Result,
    by: str | Sequence[str] = (),
    *,
    metric: str | None = None,
    level: float = LEVEL,
    fewest: int = FEWEST,
) -> Slices:
    """Return what `kit.slices` says of one result, with the same parameters and errors."""
    records = read_records(result)
    labels = labels_of(result)
    names = [name for name in metrics_of(records, labels) if name != "macro_f1"]
    name = chosen_metric(metric, names, names)
    scores = scores_of(name, records, labels)
    made = groups(records, (by,) if isinstance(by, str) else tuple(by), fewest=fewest)
    if not made:
        raise KitError(
            _("There is nothing to group these rows by."),
            fix=_("Name columns to keep when you evaluate, such as slices=('subject',)."),
        )
    found = tuple(_judged(scores, made, name, level, fewest))
    comparisons = sum(each.gap is not None for each in found)
    sentence = slices_words(worst_of(found), name, len(scores), comparisons)
    return Slices(metric=name, n=len(scores), score=float(scores.mean()), slices=found, sentence=sentence)


def _judged(
    scores: npt.NDArray[np.float64], made: Sequence[Group], metric: str, level: float, fewest: int
) -> list[Slice]:
    rests = [np.delete(scores, group.places) for group in made]
    sized = [i for i, group in enumerate(made) if group.n >= fewest and len(rests[i]) >= fewest]
    judged = judge_all([unpaired(scores[made[i].places], rests[i]) for i in sized], level)
    of_place = dict(zip(sized, judged, strict=True))
    found = []
    for i, group in enumerate(made):
        own = scores[group.places]
        low, high = _interval(own, level_for_each(level, max(len(sized), 1)))
        more: dict[str, Any] = {}
        if i in of_place:
            one = of_place[i]
            side = -one.side if metric in LOWER_IS_BETTER else one.side
            gap = float(own.mean() - rests[i].mean())
            more = {
                "gap": gap,
                "gap_low": one.low,
                "gap_high": one.high,
                "kind": ("no evidence", "better", "worse")[side],
            }
        found.append(
            Slice(by=group.by, value=group.value, n=group.n, score=float(own.mean()), low=low, high=high, **more)
        )
    return found


def _interval(own: npt.NDArray[np.float64], level: float) -> tuple[float, float]:
    if set(own.tolist()) <= {0.0, 1.0}:
        return wilson(int(own.sum()), len(own), level)
    return mean_interval(own.tolist(), level) if len(own) > 1 else (float(own[0]), float(own[0]))
