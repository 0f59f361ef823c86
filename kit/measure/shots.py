"""Solved examples that stand before each question: drawn once, the same for every row, and never a row that is asked.

Being the same for all rows, they are read once for all of them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from kit.data import Dataset, DataSpec, open_data
from kit.data.row import Row
from kit.errors import DataError, ParameterError
from kit.i18n import _, ngettext


def check_shots(shots: int, source: DataSpec | None, data: DataSpec | None) -> None:
    """Raise unless there are rows to draw `shots` examples for `data` from.

    Raises
    ------
    ParameterError
        There is no source, or one of another task, or one and nothing to draw.
    """
    if data is None:  # tasks bring examples of their own
        if source is not None:
            raise ParameterError("shots_data", source, allowed=_("left out where there is no data"))
        return
    if source is not None and not shots:
        raise ParameterError("shots", shots, allowed=_("at least 1 where shots_data is given"))
    if not shots:
        return
    if data.task == "continue":
        raise ParameterError("shots", shots, allowed=_("0 for plain text, which is read as it is"))
    if data.task == "chat":
        raise ParameterError("shots", shots, allowed=_("0 for conversations, which bring turns of their own"))
    if source is None and data.split != "test":
        allowed = _("0 where no rows are left to take examples from")
        fix = _("Measure on the test part (split='test'), or name other rows with shots_data=….")
        raise ParameterError("shots", shots, allowed=allowed, fix=fix)
    if source is not None and source.task != data.task:
        raise ParameterError("shots_data.task", source.task, allowed=_("{task!r}, as of data").format(task=data.task))


def draw_shots(shots: int, source: DataSpec | None, data: Dataset) -> tuple[Row, ...]:
    """Return the examples for `data`: each label equally often, as far as there are labels.

    Parameters
    ----------
    shots : int
        How many.
    source : DataSpec, optional
        Where they are drawn from, by its seed; left out, the train part of the same rows.
    data : Dataset
        What is asked; none of its questions is taken, wherever it comes from.

    Raises
    ------
    DataError
        There are too few other rows.
    """
    if not shots:
        return ()
    source = source or data.origin.replace(split="train", limit=None)
    if data.task == "classify":
        source = source.replace(labels=data.labels)
    asked = {(row.context, row.text) for row in data.items}
    rows = [row for row in open_data(source).items if (row.context, row.text) not in asked]
    if len(rows) < shots:
        problem = ngettext(
            "{source} has {n} row that is not asked itself, and {shots} examples are wanted.",
            "{source} has {n} rows that are not asked themselves, and {shots} examples are wanted.",
            len(rows),
        ).format(source=source.source, n=len(rows), shots=shots)
        raise DataError(problem, fix=_("Ask for fewer with shots=…, or name other rows with shots_data=…."))
    return _drawn(rows, shots, source.seed, by_label=data.task == "classify")


def _drawn(rows: Sequence[Row], shots: int, seed: int, *, by_label: bool) -> tuple[Row, ...]:
    draw = random.Random(f"shots-{seed}")  # only `random` of it: the same rows on every machine and version
    mixed = [rows[i] for _key, i in sorted((draw.random(), i) for i in range(len(rows)))]
    if not by_label:
        return tuple(mixed[:shots])
    turn: dict[str, int] = {}
    keyed = []
    for place, row in enumerate(mixed):  # the first row of each label, then the second of each, …
        turn[row.answer] = turn.get(row.answer, -1) + 1
        keyed.append((turn[row.answer], place))
    chosen = [place for _turn, place in sorted(keyed)[:shots]]
    return tuple(mixed[place] for place in sorted(chosen))
