"""Answers without writing: that of the question learnt from that is nearest in words."""

from __future__ import annotations

from kit.data import Dataset
from kit.i18n import _
from kit.verticals.baselines.answered import Answered
from kit.verticals.baselines.nearness import Nearness


def retrieval(train: Dataset, test: Dataset) -> Answered:
    """Answer each question of `test` with the answer to the nearest question of `train`."""
    near = Nearness(train.texts, _("The baseline of questions"))
    known, asked = near.rows(train.texts), near.rows(test.texts)
    likeness = (asked @ known.T).toarray()
    nearest = likeness.argmax(axis=1)
    return Answered(
        name=_("The nearest known question"),
        answers=[train.answers[int(place)] for place in nearest],
        facts={"mean_likeness": float(likeness.max(axis=1).mean())},
    )
