"""The value of a metric with its 95 % interval, from the rows that a result has kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.measure.interval import wilson
from kit.measure.record import read_records
from kit.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.measure.record import Record

_DRAWS = 1000


def interval_of(result: Result, metric: str) -> tuple[float, float, float]:
    """Return a metric of an evaluation or a baseline, and the ends of its 95 % interval.

    Shares of right rows have Wilson's interval; macro-F1 and means of other scores that of the bootstrap over rows.

    Parameters
    ----------
    result : Result
    metric : str
        "acc", "acc_norm", "macro_f1", "f1", "rouge_l", "exact_match" or any that each row has.

    Raises
    ------
    KitError
        The result has no record of its rows.
    """
    records = read_records(result)
    if metric == "macro_f1":
        return _macro_f1(result, records)
    scores = [record.scores[metric] for record in records]
    value = sum(scores) / len(scores)
    if set(scores) <= {0.0, 1.0}:
        return value, *wilson(int(sum(scores)), len(scores))
    from kit.measure.bootstrap import mean_interval  # numbers of many draws: only where they are used

    return (value, value, value) if len(scores) < 2 else (value, *mean_interval(scores, 0.95))


def as_dict(interval: tuple[float, float, float]) -> dict[str, float]:
    """Return a value and the ends of its interval by name."""
    return dict(zip(("value", "low", "high"), (round(each, 6) for each in interval), strict=True))


def words(interval: dict[str, Any] | tuple[float, float, float]) -> str:
    """Return a value and its interval as people read them: "0.84 (0.81 to 0.87)"."""
    value, low, high = (interval[name] for name in ("value", "low", "high")) if isinstance(interval, dict) else interval
    return f"{value:.3f} ({low:.3f} – {high:.3f})"


def _macro_f1(result: Result, records: Sequence[Record]) -> tuple[float, float, float]:
    import numpy

    labels = list(result.facts.get("labels") or sorted({record.gold for record in records}))
    pairs = numpy.array([(labels.index(record.gold), labels.index(record.answer)) for record in records])
    cells, counts = numpy.unique(pairs, axis=0, return_counts=True)
    drawn = numpy.random.default_rng(0).multinomial(len(pairs), counts / len(pairs), size=_DRAWS)
    found = _scores(cells, numpy.vstack([counts, drawn]).astype(float), len(labels))
    low, high = numpy.quantile(found[1:], (0.025, 0.975))
    return float(found[0]), float(low), float(high)


def _scores(cells: Any, counts: Any, classes: int) -> Any:
    """Return macro-F1 for each row of counts (draws, cells); a class that occurs nowhere is left out."""
    import numpy

    every = numpy.arange(classes)[:, None]
    gold, given = cells[:, 0] == every, cells[:, 1] == every
    right = counts @ (gold & given).T.astype(float)
    held = counts @ (gold.astype(float) + given).T
    with numpy.errstate(invalid="ignore"):
        return numpy.nanmean(2 * right / held, axis=1)
