"""Choices without understanding: the position that is right most often, or the choice nearest in words to the question.

Which of the two answers is settled on the rows to learn from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from kit.data import Dataset
from kit.data.row import Row
from kit.i18n import _
from kit.verticals.baselines.answered import Answered
from kit.verticals.baselines.nearness import Nearness


def choice(train: Dataset, test: Dataset) -> Answered:
    """Answer `test` by the usual position or by likeness, whichever is right more often in `train`."""
    place = Counter(row.right for row in train.items).most_common(1)[0][0]
    near = Nearness([text for row in train.items for text in (row.text, *row.choices)], _("The baseline of choices"))

    def by_place(row: Row) -> int:
        return place if place < len(row.choices) else 0

    def by_words(row: Row) -> int:
        likeness = (near.rows([row.text]) @ near.rows(list(row.choices)).T).toarray()[0]
        return int(likeness.argmax())

    right: dict[str, tuple[Callable[[Row], int], float]] = {
        _("The most frequent position"): (by_place, _share(train, by_place)),
        _("TF-IDF likeness to the question"): (by_words, _share(train, by_words)),
    }
    name, (best, _right) = max(right.items(), key=lambda each: each[1][1])
    answers = [row.choices[best(row)] for row in test.items]
    tried = {each: {"train_acc": share, "acc": _share(test, how)} for each, (how, share) in right.items()}
    return Answered(name=name, answers=answers, facts={"tried": tried})


def _share(data: Dataset, how: Callable[[Row], int]) -> float:
    return sum(how(row) == row.right for row in data.items) / len(data)
