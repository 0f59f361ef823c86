"""How well a model expects the right answers, where answers are written: quick to measure, and finer than F1 of words.

Writing takes seconds a row and scores a word of difference as wrong. Reading does not: the log-probability of each
reference answer after its question, and of another row's answer beside it. So there are two numbers: bits for each byte
of the reference answers (less is better), and how often the right answer is the likelier of the two for its length.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

from kit.data import DataSpec, open_data
from kit.i18n import _
from kit.measure.record import read_records
from kit.result import Result
from kit.verticals.compared import compared
from kit.verticals.given import store_rows
from kit.verticals.intervals import as_dict, interval_of, words
from kit.words import count

if TYPE_CHECKING:
    from kit.verticals.case import Case

_MOST, _MOST_QUICK = 120, 8


def read_answers(case: Case, who: str, model: Any = "") -> list[tuple[str, str]]:
    """Measure how well a model expects the right answers to the test rows, keep it, and return it in words.

    Parameters
    ----------
    case : Case
        Whose task is to answer; of any other nothing is measured.
    who : {"base_model", "tuned"}
        As the outcome calls the model.
    model : str or Run
        Left empty, the chosen one.
    """
    if case.task != "answer":
        return []
    step = f"reading, {'tuned' if who == 'tuned' else 'untuned'}"
    run = case.carry_out(step, case.evaluate_spec(model=model, data=paired_rows(case)))
    result = run.result
    bits, told = bits_per_byte(result), interval_of(result, "acc_norm")
    held = dict(case.outcome["reading"] or {})
    case.write({"reading": {**held, who: {"bits_per_byte": round(bits, 5), "told_apart": as_dict(told)}}})
    rows = count(len(read_records(result)))
    facts = [
        (_("Reference answers, bits a byte"), _("{bits:.3f} on {n} rows (less is better)").format(bits=bits, n=rows)),
        (_("Told from another row's answer"), words(told)),
    ]
    before = case.there("reading, untuned") if who == "tuned" else None
    if before is not None:
        verdict = compared(result, before.result, "logprob")
        told_so = _("too few rows to compare") if verdict is None else verdict.sentence
        facts.append((_("Reading, against the model as it was"), told_so))
    return facts


def bits_per_byte(result: Result) -> float:
    """Return the bits for each byte of the right choices: -sum of log2 of their probabilities over all their bytes."""
    nats = size = 0.0
    for record in read_records(result):
        nats -= record.logprobs[record.choices.index(record.gold)]
        size += len(record.gold.encode())
    return nats / math.log(2) / size


def paired_rows(case: Case) -> DataSpec:
    """Return rows that hold each test question with its answer and that of another question, in an order by chance."""
    test = open_data(case.part_spec("test"))
    draw = random.Random(0)
    most = _MOST_QUICK if case.quick else _MOST
    places = sorted(sorted(range(len(test)), key=lambda _place: draw.random())[:most])
    made = []
    for place in places:
        row = test.items[place]
        others = [each.answer for each in test.items if each.answer not in row.accepted]
        if not others:
            continue
        choices = [row.answer, others[int(draw.random() * len(others))]]
        if draw.random() < 0.5:
            choices.reverse()
        question = "\n\n".join(filter(None, (row.context, row.text)))
        made.append({"question": question, "choices": choices, "answer": choices.index(row.answer)})
    path = store_rows(f"{case.name}-answers", made)
    return DataSpec(source=str(path), task="choose", text="question", label="answer", instruction=test.instruction)
