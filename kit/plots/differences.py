"""Two variants row by row: what did one get wrong that the other got right?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from kit.errors import KitError
from kit.i18n import _
from kit.measure.record import Record, read_records
from kit.plots.metrics import metric
from kit.result import Result

Kind = Literal["first", "second", "both", "neither", "same"]


@dataclass(frozen=True)
class Difference:
    """One row as two variants answered it.

    Parameters
    ----------
    first, second : Record
        The same row of both.
    first_score, second_score : float or None
        What the row counts for the metric that is compared.
    kind : {"first", "second", "both", "neither", "same"}
        Which of the two did better; "both" and "neither" where rows are right or wrong, "same" where they are not.
    """

    first: Record
    second: Record
    first_score: float | None
    second_score: float | None
    kind: Kind

    @property
    def first_share(self) -> float | None:
        """The probability that the first variant gave its answer, among those it could choose from."""
        return probability(self.first)

    @property
    def second_share(self) -> float | None:
        """The same of the second variant."""
        return probability(self.second)


def differences(first: Result, second: Result, name: str | None = None) -> list[Difference]:
    """Return the rows that both variants answered, paired, in the order of the data.

    Parameters
    ----------
    first, second : Result
        Of two evaluations, or parts of the result of a sweep.
    name : str, optional
        The metric that says how good an answer is; left out, the first that the rows of both have.

    Raises
    ------
    KitError
        One of them has no record of its rows, or they have no row in common.
    """
    one, other = read_records(first), {(each.row, each.hash): each for each in read_records(second)}
    pairs = [(each, other[each.row, each.hash]) for each in one if (each.row, each.hash) in other]
    if not pairs:  # the wording may differ, as with few-shot examples: the row is still the same
        by_row = {(each.row, each.text): each for each in other.values()}
        pairs = [(each, by_row[each.row, each.text]) for each in one if each.text and (each.row, each.text) in by_row]
    if not pairs:
        raise KitError(
            _("These two variants have no row in common."),
            fix=_("Compare variants that were measured on the same data."),
        )
    scored = name or shared_score(pairs)
    choices = tuple(map(_labels, (first, second)))
    return [_paired(a, b, scored, choices) for a, b in pairs]


def shared_score(pairs: Sequence[tuple[Record, Record]]) -> str:
    """Return the first metric that the rows of both have, or ""."""
    return next(iter(_shared([first for first, _second in pairs], [second for _first, second in pairs])), "")


def score_names(first: Result, second: Result) -> list[str]:
    """Return the metrics by which the rows of two variants can be compared; none where they have no records."""
    try:
        one, other = read_records(first), read_records(second)
    except KitError:
        return []
    return _shared(one, other)


def _shared(one: Sequence[Record], other: Sequence[Record]) -> list[str]:
    """Return the scores that some rows of both have: a judge may have left single rows out."""
    names = dict.fromkeys(name for record in one for name in record.scores)
    known = {name for record in other for name in record.scores}
    return [name for name in names if name in known]


def _labels(result: Result) -> tuple[str, ...]:
    return tuple(str(label) for label in result.facts.get("labels") or ())


def _paired(a: Record, b: Record, name: str, labels: tuple[tuple[str, ...], ...]) -> Difference:
    first, second = (_with_choices(record, known) for record, known in zip((a, b), labels, strict=True))
    scores = a.scores.get(name), b.scores.get(name)
    return Difference(first, second, *scores, _kind(*scores, more=metric(name).more))


def _with_choices(record: Record, labels: tuple[str, ...]) -> Record:
    if record.choices or len(labels) != len(record.logprobs):
        return record
    return replace(record, choices=labels)


def _kind(a: float | None, b: float | None, *, more: bool) -> Kind:
    if a is None or b is None:
        return "same"
    if a != b:
        return "first" if (a > b) == more else "second"
    return "both" if a == 1 and more else "neither" if a == 0 and more else "same"


def probability(record: Record) -> float | None:
    """Return the probability of the answer in a record among its choices, or None where they are not known."""
    if record.answer not in record.choices or len(record.choices) != len(record.logprobs):
        return None
    most = max(record.logprobs)
    if not math.isfinite(most):
        return None
    weights = [math.exp(value - most) for value in record.logprobs]
    return weights[record.choices.index(record.answer)] / math.fsum(weights)
