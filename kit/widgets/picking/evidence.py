"""How good models are for a task, as far as anybody knows: what was measured here, what others published, a guess."""

from __future__ import annotations

from collections.abc import Iterable

from kit.choosing import Evidence, evidence_of
from kit.choosing.evidence import STRENGTH
from kit.choosing.guess import guesses
from kit.i18n import _
from kit.plots.words import share
from kit.widgets.picking.measured import Measured
from kit.widgets.picking.offer import Offer

MEASURED = STRENGTH["this task"]  # and what is stronger


class Qualities:
    """What is known of how good each model is at one task, worked out when it is asked for.

    Parameters
    ----------
    offers : iterable of Offer
        All that are offered: a guess puts them in an order.
    task : str
        What they are for.
    measured : Measured
        What own runs found.
    """

    def __init__(self, offers: Iterable[Offer], task: str, measured: Measured) -> None:
        self.task, self._measured = task, measured
        everyone = [each for each in offers if each.card is not None]
        owns = [own for each in everyone for own in measured.of(*each.names).owns]
        self._guesses = guesses([each.card for each in everyone if each.card], task, owns)
        self._found: dict[str, Evidence] = {}

    def evidence(self, each: Offer) -> Evidence:
        """Return the strongest evidence for a model."""
        if each.name not in self._found:
            self._found[each.name] = self._look(each)
        return self._found[each.name]

    def _look(self, each: Offer) -> Evidence:
        if each.card is None:
            return Evidence("guess", _("Nothing is known of it: its files cannot be read here."))
        return evidence_of(each.card, self.task, self._measured.of(*each.names).owns)

    def guess(self, each: Offer) -> float:
        """Return a guess from size, age and the scores that can be compared, in doublings of weights."""
        return self._guesses.get(each.card.name, 0.0) if each.card else 0.0

    def measured(self, each: Offer) -> bool:
        """Was it measured here at this task?"""
        return self.evidence(each).strength >= MEASURED


def short_words(evidence: Evidence) -> str:
    """Return the evidence in a few words."""
    if evidence.value is None:
        return _("quality: a guess from size and age")
    text = _("{metric} {value}, published") if evidence.strength < MEASURED else _("{metric} {value}{within}, measured")
    half = "" if evidence.low is None or evidence.high is None else f" ± {(evidence.high - evidence.low) / 2:.2f}"
    metric = {"acc": _("accuracy")}.get(evidence.metric, evidence.metric)
    return text.format(metric=metric, value=share(evidence.value), within=half.replace("± 0.", "± ."))
