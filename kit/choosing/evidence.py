"""What speaks for the quality of a model: measured on this data, on this task, published, or a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kit.choosing.guess import published
from kit.choosing.own import Own
from kit.i18n import _
from kit.measure.one_answer import only_answer
from kit.models import ModelCard, Score
from kit.words import count

Kind = Literal["this data", "this task", "published", "guess"]
STRENGTH: dict[Kind, int] = {"this data": 3, "this task": 2, "published": 1, "guess": 0}

_SURE = 1.96  # standard errors on each side that hold 95 of 100


@dataclass(frozen=True)
class Evidence:
    """What is known of how good one model, held in one way, is.

    Parameters
    ----------
    kind : {"this data", "this task", "published", "guess"}
        The strongest that there is.
    words : str
        In a sentence with numbers.
    value, low, high : float, optional
        The score with its 95 % interval, where one was measured or published.
    metric : str, default ""
        Of `value`.
    own : Own, optional
        What was measured here.
    score : Score, optional
        What was published.
    """

    kind: Kind
    words: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    metric: str = ""
    own: Own | None = field(default=None, repr=False)
    score: Score | None = field(default=None, repr=False)

    @property
    def strength(self) -> int:
        """3 on this data, 2 on this task, 1 published, 0 a guess."""
        return STRENGTH[self.kind]

    @property
    def only_answer(self) -> str:
        """The label that it gave to every row where it was measured, or ""."""
        return "" if self.own is None else only_answer(self.own.result)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        held = {"kind": self.kind, "words": self.words, "metric": self.metric}
        return {**held, "value": self.value, "low": self.low, "high": self.high, "run": self.own and self.own.run}


def evidence_of(
    card: ModelCard,
    task: str,
    runs: Sequence[Own] = (),
    *,
    method: str | None = None,
    data_hash: str = "",
    source: str = "",
) -> Evidence:
    """Return the strongest evidence for `card` at `task`.

    Parameters
    ----------
    card : ModelCard
        The model.
    task : str
        "classify", "choose", "answer", "continue", or a word of cards such as "code".
    runs : sequence of Own
        From `own_results`, newest first.
    method : str, optional
        Count only what was measured with this method.
    data_hash, source : str, default ""
        Of the data at hand; the same hash means the very same rows.
    """
    mine = [own for own in runs if is_of(own, card)]
    same = [own for own in mine if method in (None, own.method)]
    here = [own for own in same if data_hash and own.data_hash == data_hash]
    here = here or [own for own in same if source and own.source == source and own.task == task]
    if here:
        return _measured("this data", here[0], _where(here[0], data_hash, source))
    alike = [own for own in (*same, *mine) if own.task == task]
    if alike:
        where = _where(alike[0], data_hash, source)
        if alike[0] not in same:
            where = _("as {other}, not as {method}, {where}").format(other=alike[0].method, method=method, where=where)
        return _measured("this task", alike[0], where)
    score = published(card, task)
    if score is not None:
        return _published(score)
    return Evidence("guess", _guess(card))


def is_of(own: Own, card: ModelCard) -> bool:
    """Was this model measured, by whatever name?"""
    return own.model == card.name or (bool(card.hub_id) and own.model.lower() == card.hub_id.lower())


def _where(own: Own, data_hash: str, source: str) -> str:
    if data_hash and own.data_hash == data_hash:
        return _("on this data")
    if source and own.source == source:
        return _("on other rows of this data")
    return _("on other data ({source}) of this task").format(source=own.source.rsplit("/", 1)[-1])


def _measured(kind: Kind, own: Own, where: str) -> Evidence:
    low, high = _interval(own)
    interval = "" if low is None else _(" ({low:.3g} to {high:.3g})").format(low=low, high=high)
    words = _("Measured {where}: {metric} {value:.3g}{interval}, {rows} rows.").format(
        where=where, metric=own.metric, value=own.value, interval=interval, rows=count(own.rows)
    )
    return Evidence(kind, words, own.value, low, high, own.metric, own=own)


def _interval(own: Own) -> tuple[float | None, float | None]:
    right = own.result.facts.get("right")
    if own.metric == "acc" and right:
        from kit.measure.interval import wilson  # only where something was measured

        return wilson(sum(map(bool, right)), len(right))
    if own.stderr is None:
        return None, None
    return own.value - _SURE * own.stderr, own.value + _SURE * own.stderr


def _published(score: Score) -> Evidence:
    words = _("Not measured here yet; {reporter} published {value:.0%} on {benchmark} ({setting}).").format(
        reporter=score.reporter, benchmark=score.benchmark, value=score.value, setting=score.setting
    )
    return Evidence("published", words, score.value, metric=score.benchmark, score=score)


def _guess(card: ModelCard) -> str:
    size = f"{card.parameters / 1e9:.2g}"
    if not card.released:
        return _("Not measured: a guess from its size ({size} B).").format(size=size)
    return _("Not measured: a guess from its size ({size} B) and age ({released}).").format(
        size=size, released=card.released
    )
