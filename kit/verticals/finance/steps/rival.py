"""How the tuned model's order of the queue stands against the best of what is simpler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.i18n import _

if TYPE_CHECKING:
    from kit.verticals.finance.alarms import Alarms, Range
    from kit.verticals.finance.opening import FinanceCase


@dataclass(frozen=True)
class Rival:
    """The best of the simpler scores, and how many harmless alerts fewer the last score raises.

    Parameters
    ----------
    name, last : str
        The rival's, and that of the score it is compared with.
    rate : str
        What the rival raises, in words.
    n, low, high : int
        Percentage points that the last score raises fewer, with its 95 % interval; negative where it raises more.
    """

    name: str
    last: str
    rate: str
    n: int
    low: int
    high: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return dict(vars(self))

    def said(self) -> tuple[str, ...]:
        """Return it in sentences."""
        if self.high < 0:
            text = _("Of what is simpler, {best} does best, {rate}: {n} points fewer than {last} ({low} to {high}).")
            said = text.format(
                best=self.name, rate=self.rate, last=self.last, n=-self.n, low=-self.high, high=-self.low
            )
            return (said + " " + _("Where its inputs are at hand, take it: the model adds words, not a better order."),)
        if self.low > 0:
            text = _("Of what is simpler, {best} does best, {rate}: {n} points more than {last} ({low} to {high}).")
            return (
                text.format(best=self.name, rate=self.rate, last=self.last, n=self.n, low=self.low, high=self.high),
            )
        text = _("Of what is simpler, {best} does best, {rate}: no evidence of a difference to {last}.")
        return (text.format(best=self.name, rate=self.rate, last=self.last),)


def rivalled(scores: Mapping[str, Sequence[float]], fraud: list[bool], rings: list[str], found: Alarms) -> Rival:
    """Return the best of all scores but the last, compared with the last one, paired."""
    from kit.verticals.finance.alarms import false_alarms as measured

    last = list(found.rates)[-1]
    best = min((name for name in found.rates if name != last), key=lambda name: found.rates[name].value)
    pair = measured({best: scores[best], last: scores[last]}, fraud, rings, recall=found.recall)
    return Rival(name=best, last=last, rate=percent_of(found.rates[best]), **points(pair.less[last]))


def verdict_notes(case: FinanceCase) -> tuple[str, ...]:
    """Return what the verdict has to add about the order of the queue: naming labels is another question."""
    rival = (case.outcome.facts.get("alarms") or {}).get("rival")
    if not rival:
        return ()
    said = " ".join(Rival(**rival).said())
    about = _("That is about naming the label. As for the order of the queue: {said}").format(said=said)
    return (about, _("Texts beside these facts, such as notes and papers, were not tested here."))


def points(less: Range, sign: int = 1) -> dict[str, int]:
    """Return a difference and its interval in percentage points."""
    ends = sorted((round(100 * sign * less.low), round(100 * sign * less.high)))
    return {"n": round(100 * sign * less.value), "low": ends[0], "high": ends[1]}


def percent_of(rate: Range) -> str:
    """Return a share with its interval in percent."""
    return _("{value} % ({low} to {high})").format(
        value=round(100 * rate.value), low=round(100 * rate.low), high=round(100 * rate.high)
    )
