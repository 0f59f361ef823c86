"""What the kept rows of an evaluation tell of its probabilities and mistakes, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kit.errors import KitError, ParameterError, UnknownNameError
from kit.i18n import _
from kit.measure.record import Record, read_records
from kit.result import Result

if TYPE_CHECKING:
    from kit.measure.calibration import Calibration
    from kit.measure.confusion import Confusion
    from kit.measure.thresholds import Threshold

BINS = 15  # of a reliability table, as Guo et al. have it


def calibration(result: Result, *, bins: int = BINS, equal: str = "width") -> Calibration:
    """Return how far the probabilities of an evaluation's answers can be believed.

    Parameters
    ----------
    result : Result
        Of an evaluation whose answers are labels or choices.
    bins : int, default 15
        Of the reliability table, at most.
    equal : {"width", "rows"}, default "width"
        What the bins have in common; with "rows" each holds about as many.

    Raises
    ------
    KitError
        The result has kept no rows, or they hold no probabilities.
    ParameterError
        `bins` or `equal` is not allowed.

    Examples
    --------
    >>> kit.calibration(run.result).ece  # doctest: +SKIP
    0.043
    """
    from kit.measure.calibration import calibration_of
    from kit.measure.probability import softmax

    if bins < 1:
        raise ParameterError("bins", bins, allowed=_("a whole number, at least 1"))
    if equal not in ("width", "rows"):
        raise ParameterError("equal", equal, allowed="'width' or 'rows'")
    records = _scored(result)
    rows = [softmax(record.logprobs) for record in records]
    return calibration_of(rows, [_choices(result, r).index(r.gold) for r in records], bins=bins, equal=equal)


def confusion(result: Result) -> Confusion:
    """Return what was taken for what in an evaluation whose answers are labels (raises as `calibration` does)."""
    from kit.measure.confusion import confusion_of

    labels = _labels(result)
    records = _scored(result)
    return confusion_of([labels.index(r.gold) for r in records], [labels.index(r.answer) for r in records], labels)


def threshold(result: Result, *, label: str, precision: float | None = None, recall: float | None = None) -> Threshold:
    """Return from which probability on a row is to be flagged as `label`.

    Parameters
    ----------
    result : Result
        Of an evaluation whose answers are labels.
    label : str
        Which one.
    precision, recall : float, above 0, at most 1
        The least that is wanted of either: of the flagged rows, the share that are right; of the rows that should be
        flagged, the share that are.

    Raises
    ------
    KitError
        As `calibration` does.
    UnknownNameError
        No label has that name.
    ParameterError
        Precision and recall were both asked for, or neither, or the value is out of range.

    Examples
    --------
    >>> print(kit.threshold(run.result, label="escalate", recall=0.95).sentence)  # doctest: +SKIP
    Flagged as 'escalate' from a probability of 0.22 on, 131 of 300 rows have 96% recall (90% to 98%) at 71% precision…
    """
    from kit.measure.probability import softmax
    from kit.measure.thresholds import find_threshold

    labels = _labels(result)
    if label not in labels:
        raise UnknownNameError("label", label, labels)
    records, place = _scored(result), labels.index(label)
    probability = [float(softmax(record.logprobs)[place]) for record in records]
    positive = [record.gold == label for record in records]
    return find_threshold(label, probability, positive, precision=precision, recall=recall)


def _scored(result: Result) -> Sequence[Record]:
    records = read_records(result)
    if not all(len(record.logprobs) > 1 and record.gold in _choices(result, record) for record in records):
        raise KitError(
            _("The rows of this result hold no probabilities of labels or choices."),
            fix=_("Measure accuracy on data whose answers are labels or choices."),
        )
    return records


def _choices(result: Result, record: Record) -> Sequence[str]:
    return record.choices or result.facts.get("labels") or ()


def _labels(result: Result) -> list[str]:
    labels = list(result.facts.get("labels") or ())
    if not labels:
        raise KitError(
            _("The answers of this result are not the same labels in every row."),
            fix=_("Use data whose task is to classify."),
        )
    return labels
