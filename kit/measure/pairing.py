"""The rows that two evaluations have in common, with what each scored there.

Rows are the same when the same was asked (`Record.hash`); rows asked alike are told apart by their order. Results
without records, such as those of older versions, pair what they got right by place, where the data are the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kit.errors import KitError, ParameterError, UnknownNameError
from kit.i18n import _
from kit.measure.accuracy import macro_f1
from kit.measure.record import Record, read_records
from kit.result import Result

Rows = Literal["same", "common", "place"]
ROWS: tuple[Rows, ...] = ("same", "common", "place")
# What is compared when nothing is said: the first of these that both have.
FIRST = ("acc", "exact_match", "f1", "rouge_l", "acc_norm")


@dataclass(frozen=True, eq=False)
class Pairs:
    """What two evaluations scored in the same rows.

    Parameters
    ----------
    metric : str
        Of the scores.
    new, reference : array
        The scores, row by row; for macro-F1 the class that each gave.
    gold : array, optional
        The right classes, for macro-F1.
    records : tuple of Record
        Of the new one, row by row; empty where there are none.
    """

    metric: str
    new: npt.NDArray[Any]
    reference: npt.NDArray[Any]
    gold: npt.NDArray[Any] | None = None
    records: tuple[Record, ...] = ()

    @property
    def scores(self) -> tuple[float, float]:
        """What the new one and the reference reach in these rows."""
        return self._score(self.new), self._score(self.reference)

    def _score(self, each: npt.NDArray[Any]) -> float:
        if self.gold is None:
            return float(each.mean())
        classes = 1 + int(max(self.gold.max(), self.new.max(), self.reference.max()))
        return macro_f1(self.gold.tolist(), each.tolist(), classes)

    def only(self, places: npt.NDArray[np.int64]) -> Pairs:
        """Return some of the rows."""
        records = tuple(self.records[i] for i in places)
        gold = None if self.gold is None else self.gold[places]
        return replace(self, new=self.new[places], reference=self.reference[places], gold=gold, records=records)


def pair(new: Result, reference: Result, *, metric: str | None = None, rows: Rows = "same") -> Pairs:
    """Return what both scored in the rows that they have in common.

    Parameters
    ----------
    new, reference : Result
        Of two evaluations.
    metric : str, optional
        One that both have row by row, "macro_f1", or "logprob" for the log-probability of the right answer; without it
        the first of `FIRST` that both have.
    rows : {"same", "common", "place"}
        What to do about rows that only one of them has, as in `kit.compare`.

    Raises
    ------
    ParameterError
        `rows` is none of these.
    UnknownNameError
        One of them has no such metric.
    KitError
        The rows are not the same, or nothing is known of them.
    """
    if rows not in ROWS:
        raise ParameterError("rows", rows, allowed=_("one of ") + ", ".join(map(repr, ROWS)))
    if not (_has_records(new) and _has_records(reference)):
        return pair_right(new, reference, metric)
    held = read_records(new), read_records(reference)
    places = _matched(new, reference, held, rows)
    first, second = (tuple(records[i] for i in place) for records, place in zip(held, places, strict=True))
    labels = labels_of(new), labels_of(reference)
    name = chosen_metric(metric, metrics_of(first, labels[0]), metrics_of(second, labels[1]))
    if name == "macro_f1":
        classes = {answer: i for i, answer in enumerate(sorted({r.gold for r in first}.union(*labels)))}
        gold, *given = (np.array([classes[x] for x in each]) for each in _answers(first, second))
        return Pairs(name, given[0], given[1], gold, first)
    scores = [scores_of(name, records, own) for records, own in zip((first, second), labels, strict=True)]
    return Pairs(name, scores[0], scores[1], None, first)


def pair_right(new: Result, reference: Result, metric: str | None = None) -> Pairs:
    """Return which rows both got right, row by row as the facts of their results have it (raises as `pair` does)."""
    chosen_metric(metric, *(["acc"] if each.facts.get("right") else [] for each in (new, reference)))
    first, second = (np.asarray(each.facts["right"], dtype=float) for each in (new, reference))
    if len(first) != len(second) or data_of(new) != data_of(reference):
        raise KitError(
            _("The two were measured on different data: {n} rows and {other}.").format(n=len(first), other=len(second)),
            fix=_("Evaluate both on the same rows, with the same test data and limit."),
        )
    return Pairs("acc", first, second)


def data_of(result: Result) -> str:
    """Return what is equal for two results exactly when they were measured on the same data."""
    held = result.provenance.get("data_hash") or [result.spec.get("data"), result.spec.get("tasks")]
    return json.dumps(held, sort_keys=True, default=str)


def metrics_of(records: Sequence[Record], labels: Sequence[str] = ()) -> list[str]:
    """Return every metric that these rows have one by one, macro-F1 and "logprob" among them."""
    if not records:
        return []
    names = [name for name in records[0].scores if all(name in record.scores for record in records)]
    if labels:
        names.append("macro_f1")
    if all(_place_of_gold(record, labels) is not None for record in records):
        names.append("logprob")
    return names


def _has_records(result: Result) -> bool:
    return result.folder is not None and "rows" in result.artifacts


def labels_of(result: Result) -> tuple[str, ...]:
    """Return the labels that all rows were to choose from, () where each row has its own choices or none."""
    return tuple(map(str, result.facts.get("labels") or ()))


def _answers(first: Sequence[Record], second: Sequence[Record]) -> tuple[list[str], list[str], list[str]]:
    return [r.gold for r in first], [r.answer for r in first], [r.answer for r in second]


def chosen_metric(metric: str | None, first: Sequence[str], second: Sequence[str]) -> str:
    """Return `metric`, or the usual one of those that `first` and `second` name (raises as `pair` does)."""
    both = [name for name in first if name in second]
    if metric is not None and metric not in both:
        raise UnknownNameError("metric", metric, both, fix="" if both else _("Measure accuracy of both again."))
    if not both:
        raise KitError(
            _("Nothing was measured row by row in both."), fix=_("Measure accuracy of both, on the same data.")
        )
    return metric or next((name for name in FIRST if name in both), both[0])


def scores_of(name: str, records: Sequence[Record], labels: Sequence[str] = ()) -> npt.NDArray[np.float64]:
    """Return what each row counts for a metric that is a mean over rows."""
    if name == "logprob":
        return np.array([record.logprobs[_place_of_gold(record, labels) or 0] for record in records])
    return np.array([record.scores[name] for record in records], dtype=float)


def _place_of_gold(record: Record, labels: Sequence[str]) -> int | None:
    """Return which of a row's log-probabilities is that of the right answer, or None where there is none."""
    choices = record.choices or tuple(labels)
    if not choices:  # a text that was read
        return 0 if len(record.logprobs) == 1 else None
    if record.gold not in choices or len(record.logprobs) != len(choices):
        return None
    return choices.index(record.gold)


def _matched(
    new: Result, reference: Result, held: tuple[tuple[Record, ...], tuple[Record, ...]], rows: Rows
) -> tuple[list[int], list[int]]:
    """Return the places of the rows that both have, in the order of the new one."""
    key = _by_place if rows == "place" else _by_hash
    first, second = (key(records) for records in held)
    common = [each for each in first if each in second]
    if rows == "place":
        _check_place(new, reference)
    if not common or (rows == "same" and not len(common) == len(first) == len(second)):
        raise _different(new, reference, len(first), len(second), len(common))
    return [first[each] for each in common], [second[each] for each in common]


def _by_hash(records: Sequence[Record]) -> dict[tuple[str, int], int]:
    seen: dict[str, int] = {}
    places = {}
    for place, record in enumerate(records):
        times = seen[record.hash] = seen.get(record.hash, 0) + 1
        places[record.hash, times] = place
    return places


def _by_place(records: Sequence[Record]) -> dict[tuple[str, int], int]:
    return {(record.gold, record.row): place for place, record in enumerate(records)}


def _check_place(new: Result, reference: Result) -> None:
    if data_of(new) != data_of(reference):
        raise KitError(
            _("The two were measured on different data, so the place of a row tells nothing."),
            fix=_("Evaluate both on the same data."),
        )


def _different(new: Result, reference: Result, n: int, other: int, common: int) -> KitError:
    told = _("Of {n} rows and {other}, {common} were asked alike in both.").format(n=n, other=other, common=common)
    if common:
        fix = _('Evaluate both on the same rows, or compare those {n} only: rows="common".').format(n=common)
    elif n == other and data_of(new) == data_of(reference):
        told += " " + _("The data are the same, but instruction, examples or answers to choose from are not.")
        fix = _('To compare two ways of asking, pair rows by their place: rows="place".')
    else:
        fix = _("Evaluate both on the same data.")
    return KitError(told, fix=fix)
