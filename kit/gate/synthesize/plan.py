"""What the model is asked, request by request: known before it begins, so that a resumed run asks the same."""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kit.data import Dataset
from kit.data.row import Row
from kit.gate.synthesize import prompts
from kit.gate.synthesize.reply import EMPTY, UNREADABLE, pair_in, text_in
from kit.gate.synthesize.spec import COUNTER, NEW, SynthesizeSpec

_EXAMPLES = 3


@dataclass(frozen=True)
class Task:
    """One request.

    Parameters
    ----------
    number : int
        From 0.
    place : int
        Of the row that it is made from.
    row : Row
        That row.
    way : str
    label : str
        Of a counter-example, the label that is to be right; "" otherwise.
    words : str
        What the model is told.
    """

    number: int
    place: int
    row: Row
    way: str
    label: str
    words: str

    @property
    def name(self) -> str:
        """By which its reply is kept."""
        text = json.dumps([self.number, self.words], ensure_ascii=False)
        return f"row-{self.number}-{hashlib.sha256(text.encode(errors='backslashreplace')).hexdigest()[:16]}"

    def made(self, reply: str, task: str) -> Row | str:
        """Return the row that `reply` makes, or in a word why it makes none."""
        if not reply.strip():
            return EMPTY
        row = self.row
        if self.way == NEW and task == "answer":
            pair = pair_in(reply)
            if pair is None:
                return UNREADABLE
            return self._row(pair[0], pair[1], (pair[1],))
        text = text_in(reply)
        return self._row(text, self.label or row.answer, row.accepted) if text else EMPTY

    def _row(self, text: str, answer: str, accepted: tuple[str, ...]) -> Row:
        row = self.row
        return Row(
            text=text,
            answer=answer,
            choices=row.choices,
            right=row.right,
            accepted=accepted,
            context=row.context,
            columns=row.columns,
            parent=row.key,
        )


def tasks(spec: SynthesizeSpec, data: Dataset) -> Iterator[Task]:
    """Yield every request that may be made: all rows in a seeded order, then all again in another way."""
    draw = random.Random(f"synthesize-{spec.seed}")
    order = [place for place, row in enumerate(data.items) if row.parent is None]
    keys = {place: draw.random() for place in order}
    order.sort(key=keys.__getitem__)
    by_label = defaultdict(list)
    for place in order:
        by_label[data.items[place].answer if data.task == "classify" else ""].append(place)
    number = 0
    for turn in range(spec.per_row):
        for at, place in enumerate(order):
            row = data.items[place]
            way = spec.ways[(at + turn) % len(spec.ways)]
            label = _other(data, row, draw) if way == COUNTER else ""
            if way == NEW:
                alike = by_label[row.answer if data.task == "classify" else ""]
                words = prompts.new([row, *_drawn(data, alike, place, draw)], data.task)
            elif way == COUNTER:
                words = prompts.counter_example(row, label, data.labels)
            else:
                words = prompts.paraphrase(row, data.task)
            yield Task(number, place, row, way, label, words)
            number += 1


def _other(data: Dataset, row: Row, draw: random.Random) -> str:
    others = [label for label in data.labels if label != row.answer]
    return others[int(draw.random() * len(others))]


def _drawn(data: Dataset, alike: list[int], place: int, draw: random.Random) -> list[Row]:
    """Return a few other rows of the same label."""
    found: dict[int, None] = {}
    for _try in range(2 * _EXAMPLES):
        chosen = alike[int(draw.random() * len(alike))]
        if chosen != place and len(found) < _EXAMPLES - 1:
            found[chosen] = None
    return [data.items[each] for each in found]
