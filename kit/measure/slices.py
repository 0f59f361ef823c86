"""Where a model is worse than elsewhere: its score for each group of rows, and which group stands out, if any does."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kit.errors import KitError
from kit.i18n import _
from kit.measure.bootstrap import mean_interval
from kit.measure.correction import judge_all, level_for_each
from kit.measure.grouping import FEWEST, Group, groups
from kit.measure.interval import wilson
from kit.measure.pairing import chosen_metric, labels_of, metrics_of, scores_of
from kit.measure.record import read_records
from kit.measure.saying import LOWER_IS_BETTER, is_share, metric_words, number_words, slices_words
from kit.measure.unpaired import unpaired
from kit.measure.verdict import LEVEL
from kit.result import Result


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One group of rows.

    Parameters
    ----------
    by, value : str
        The column and what it holds in these rows.
    n : int
        Rows.
    score, low, high : float
        What is reached in these rows and its interval; all intervals hold at once.
    gap, gap_low, gap_high : float or None
        The score here minus that of all other rows, and its interval; None where there are too few rows.
    kind : {"better", "worse", "no evidence", "too few rows"}
        Against all other rows.
    """

    by: str
    value: str
    n: int
    score: float
    low: float
    high: float
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    kind: str = "too few rows"

    @property
    def name(self) -> str:
        """Column and value in one word."""
        return f"{self.by}={self.value}"


@dataclass(frozen=True, kw_only=True)
class Slices:
    """A score, slice by slice.

    Parameters
    ----------
    metric : str
    n : int
        Rows.
    score : float
        In all rows.
    slices : tuple of Slice
        By column, in the order of their values.
    sentence : str
        Which slice is worst, or that none stands out.
    """

    metric: str
    n: int
    score: float
    slices: tuple[Slice, ...]
    sentence: str

    @property
    def worst(self) -> Slice | None:
        """The slice furthest below all other rows, of those with evidence; None where no slice stands out."""
        return worst_of(self.slices)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self) | {"worst": self.worst.name if self.worst else None}

    def __repr__(self) -> str:
        rows = [self._cells(each) for each in self.slices]
        wide = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
        lines = [f"{a:{wide[0]}}  {b:>{wide[1]}}  {c:{wide[2]}}  {d}".rstrip() for a, b, c, d in rows]
        return "\n".join([self.sentence, *lines])

    def _repr_html_(self) -> str:
        heads = (_("Slice"), _("Rows"), metric_words(self.metric), _("Against the rest"))
        head = "".join(f"<th>{html.escape(each)}</th>" for each in heads)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in self._cells(each)) + "</tr>"
            for each in self.slices
        )
        return f"<p>{html.escape(self.sentence)}</p><table><tr>{head}</tr>{rows}</table>"

    def _cells(self, each: Slice) -> tuple[str, str, str, str]:
        shares = is_share(self.metric, each.low, each.high)
        low, score, high = (number_words(x, shares) for x in (each.low, each.score, each.high))
        said = {"better": _("better"), "worse": _("worse"), "too few rows": _("too few rows")}
        return each.name, f"{each.n:,}", f"{score} ({low} – {high})", said.get(each.kind, "")


def slices(
    result: Result,
    by: str | Sequence[str] = (),
    *,
    metric: str | None = None,
    level: float = LEVEL,
    fewest: int = FEWEST,
) -> Slices:
    """Return the score of each group of rows of an evaluation, and the group that stands out as worst.

    Parameters
    ----------
    result : Result
        Of an evaluation.
    by : str or sequence of str
        Columns: "label", "length" (of the text, in quarters), or any that was kept. Without any: all that there are.
    metric : str, optional
        One that is a mean over rows; without it the usual one.
    level : float, default 0.95
        Of confidence, of all intervals together.
    fewest : int, default 20
        Groups of fewer rows are shown and not judged.

    Raises
    ------
    UnknownNameError
        There is no such column or metric.
    KitError
        The result has no record of its rows, or these cannot be grouped.
    """
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


def worst_of(found: Sequence[Slice]) -> Slice | None:
    """Return the slice furthest below all other rows, of those with evidence, or None."""
    lost = [each for each in found if each.kind == "worse"]
    return max(lost, key=lambda each: abs(each.gap or 0.0)) if lost else None


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
