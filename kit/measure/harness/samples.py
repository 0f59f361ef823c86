"""What lm-eval tells of each row, as our records."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

from kit.measure.harness.conversation import prompt_of
from kit.measure.record import Record, prompt_hash

_SHOWN = 200  # characters of a row that its record shows
_LONGEST = 40  # characters of a value that names a group of rows
_MOST_GROUPS = 50  # a column of more different values is no group


def records_of(samples: Sequence[dict[str, Any]]) -> list[Record]:
    """Return a record for each row of a task; of several filters of the answers, the first counts."""
    first = samples[0]["filter"] if samples else ""
    rows = sorted((each for each in samples if each["filter"] == first), key=lambda each: int(each["doc_id"]))
    columns = _groups([each["doc"] for each in rows])
    return [_record(each, columns) for each in rows]


def _record(sample: dict[str, Any], columns: Sequence[str]) -> Record:
    arguments, doc = sample["arguments"], sample["doc"]
    prompt = prompt_of(arguments[0][0])
    scored = [answer for answer in sample["filtered_resps"] if not isinstance(answer, str)]
    logprobs = tuple(float(answer[0] if isinstance(answer, tuple | list) else answer) for answer in scored)
    options = tuple(str(argument[1]) for argument in arguments if len(argument) > 1 and scored)
    gold = sample["target"]
    if len(options) > 1:
        answer = options[max(range(len(options)), key=logprobs.__getitem__)].strip()
        gold = options[gold].strip() if isinstance(gold, int) and 0 <= gold < len(options) else gold
    else:
        answer = "" if scored else str(sample["filtered_resps"][0])
    return Record(
        row=int(sample["doc_id"]),
        hash=prompt_hash(prompt, options),
        gold=str(gold) if options or not scored else "",
        answer=answer,
        scores=_scores(sample) or ({"loglikelihood": logprobs[0]} if len(logprobs) == 1 else {}),
        logprobs=logprobs,
        choices=options,
        slices={name: str(doc[name]) for name in columns},
        text=(prompt if isinstance(prompt, str) else prompt[-1]["content"])[-_SHOWN:],
    )


def _scores(sample: dict[str, Any]) -> dict[str, float]:
    """Return the metrics that are one number for each row; those of a whole text are pairs, of which none is a mean."""
    return {name: float(sample[name]) for name in sample["metrics"] if isinstance(sample.get(name), numbers.Number)}


def _groups(docs: Sequence[Any]) -> list[str]:
    """Return the columns whose values are short texts that come back, by which rows can be looked at in groups."""
    if not docs or not isinstance(docs[0], dict):
        return []
    return [name for name in docs[0] if _is_group([doc.get(name) for doc in docs])]


def _is_group(values: Sequence[Any]) -> bool:
    if not all(isinstance(value, str) and 0 < len(value) <= _LONGEST for value in values):
        return False
    return 1 < len(set(values)) <= min(_MOST_GROUPS, len(values) // 2)
