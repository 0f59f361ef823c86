"""What a teacher answers, one row after another, each answer kept when it is there.

A model in this process scores the labels or choices of a row and takes the likeliest. A server mostly does not score:
it writes, and what it writes is read by `label_in`. What cannot be read is no answer, and its row teaches nothing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence

from kit.data import Dataset
from kit.data.row import Row
from kit.data.spec import WRITTEN
from kit.engines import Engine
from kit.measure.accuracy import likeliest
from kit.measure.harness.sampling import Sampling
from kit.measure.harness.writing import write_answers
from kit.measure.ledger import Ledger
from kit.measure.scoring import score_in_chunks
from kit.report import Report
from kit.tuning.distill.spec import READ_AT_ONCE, DistillSpec

_PHASE = "asking the teacher"


def teacher_answers(
    spec: DistillSpec, data: Dataset, *, part: str, engine: Callable[[], Engine], ledger: Ledger, report: Report
) -> list[str | None]:
    """Return the teacher's answer to each row of `data`, None where it gave none that can be read.

    Parameters
    ----------
    part : str
        How the ledger calls these rows.
    engine : callable
        Returns the teacher; called only when there is something left to ask.

    Raises
    ------
    Stopped
        Asked to; answers that are there are kept.
    """
    if data.task not in WRITTEN and not spec.teacher.remote:
        return _chosen(data, part, engine, ledger, report)
    how = Sampling(stop=(), max_new_tokens=spec.answer_tokens, temperature=0.0, seed=0)
    wanted = [(f"{part}-{i}", prompt, how) for i, prompt in enumerate(data.prompts())]
    texts = write_answers(wanted, engine=engine, ledger=ledger, report=report, phase=_PHASE)
    if data.task in WRITTEN:
        return [text.strip() or None for text in texts]
    return [label_in(text, row.choices or data.labels) for text, row in zip(texts, data.items, strict=True)]


def _chosen(data: Dataset, part: str, engine: Callable[[], Engine], ledger: Ledger, report: Report) -> list[str | None]:
    options = [list(row.choices or data.labels) for row in data.items]
    table = score_in_chunks(
        _PHASE,
        data.prompts(),
        options,
        texts=data.texts,
        batch_size=READ_AT_ONCE,
        engine=engine,
        ledger=ledger,
        report=report,
        kept_as=part,
    )
    return [each[likeliest(scores)] for each, scores in zip(options, table, strict=True)]


def label_in(text: str, labels: Sequence[str]) -> str | None:
    """Return the label that a written answer means, or None.

    It is the label that the answer is, but for case, blanks and marks around it; else the only label that stands in it
    as a word of its own.

    >>> label_in(" **Up**.", ("down", "up"))
    'up'
    >>> label_in("It goes up, I think.", ("down", "up"))
    'up'
    >>> label_in("Up or down.", ("down", "up")) is None
    True
    """
    plain = _plain(text)
    for label in labels:
        if _plain(label) == plain:
            return label
    found = [label for label in labels if re.search(rf"(?<!\w){re.escape(_plain(label))}(?!\w)", plain)]
    return found[0] if len(found) == 1 else None


def _plain(text: str) -> str:
    return re.sub(r"^\W+|\W+$", "", text).casefold()


def taught(data: Dataset, rows: Dataset, answers: Sequence[str | None]) -> Dataset:
    """Return `rows` with the teacher's answers in place of their own, as rows of `data`; those without are left out."""
    items = [_taught(data.task, row, answer) for row, answer in zip(rows.items, answers, strict=True) if answer]
    return dataclasses.replace(data, items=tuple(items), named=False)


def _taught(task: str, row: Row, answer: str) -> Row:
    if task == "choose":
        return dataclasses.replace(row, answer=answer, right=row.choices.index(answer))
    if task in WRITTEN:
        return dataclasses.replace(row, answer=answer, accepted=(answer,))
    return dataclasses.replace(row, answer=answer)
