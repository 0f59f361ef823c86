"""How often the model gives the likeliest chance to what is right: labels that all rows share, or a row's choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kit.engines import Score
from kit.measure.accuracy import accuracy, likeliest, likeliest_for_length, macro_f1, macro_f1_stderr
from kit.measure.examples import Examples
from kit.measure.passes.evaluation import GIVEN_UP, Evaluation
from kit.measure.passes.keeping import keep_rows
from kit.measure.racing.watch import Watch, watch_for
from kit.measure.record import Record, prompt_hash
from kit.measure.scoring import score_in_chunks, score_until
from kit.measure.worth import worth_of_choices, worth_of_labels

Table = list[list[Score]]


def classifying(evaluation: Evaluation) -> dict[str, float]:
    """Score every label after every row and return accuracy and macro-F1."""
    data = evaluation.data
    rows, table = _scored(evaluation)
    predicted = [likeliest(row) for row in table]
    gold = [evaluation.examples.gold[row] for row in rows]
    evaluation.facts["majority_acc"] = max(data.counts.values()) / len(data)
    evaluation.facts["only_answer"] = data.labels[predicted[0]] if len(set(predicted)) == 1 else None
    worth = worth_of_labels(_logprobs(table), gold, data.labels, evaluation.spec.costs)
    evaluation.facts |= worth.facts
    scores = {"acc": _right(gold, predicted), **worth.scores}
    keep_rows(evaluation, _records(evaluation, rows, table, predicted, scores))
    return {
        **_accuracy(evaluation, gold, predicted),
        "macro_f1": macro_f1(gold, predicted, len(data.labels)),
        "macro_f1_stderr": macro_f1_stderr(gold, predicted, len(data.labels)),
        **worth.metrics,
    }


def choosing(evaluation: Evaluation) -> dict[str, float]:
    """Score every choice of every row; return accuracy, and the one where each choice counts by its length."""
    rows, table = _scored(evaluation)
    items = [evaluation.data.items[row] for row in rows]
    predicted = [likeliest(row) for row in table]
    evenly = [likeliest_for_length(row, item.choices) for row, item in zip(table, items, strict=True)]
    gold = [evaluation.examples.gold[row] for row in rows]
    evaluation.facts["chance_acc"] = sum(1 / len(item.choices) for item in items) / len(items)
    worth = worth_of_choices(_logprobs(table), gold)
    evaluation.facts |= worth.facts
    scores = {"acc": _right(gold, predicted), "acc_norm": _right(gold, evenly), **worth.scores}
    keep_rows(evaluation, _records(evaluation, rows, table, predicted, scores))
    norm, stderr = accuracy(gold, evenly)
    return {**_accuracy(evaluation, gold, predicted), "acc_norm": norm, "acc_norm_stderr": stderr, **worth.metrics}


def scored_as(examples: Examples) -> str:
    """Return how the ledger calls the scores: others with other solved examples."""
    return f"scoring-{examples.mark}" if examples.mark else "scoring"


def _scored(evaluation: Evaluation) -> tuple[Sequence[int], Table]:
    """Return which rows were scored, and their scores: all, unless the variant was given up before."""
    examples = evaluation.examples
    watch = watch_for(
        evaluation.spec.race,
        evaluation.report.folder,
        examples.prompts,
        examples.continuations,
        evaluation.spec.batch_size,
    )
    if watch is not None:
        return _raced(evaluation, watch)
    table = score_in_chunks(
        "scoring",
        examples.prompts,
        examples.continuations,
        texts=[" ".join(filter(None, (row.context, row.text, *row.choices))) for row in evaluation.data.items],
        batch_size=evaluation.spec.batch_size,
        engine=evaluation.engine,
        ledger=evaluation.ledger,
        report=evaluation.report,
        kept_as=scored_as(examples),
    )
    return range(len(table)), table


def _raced(evaluation: Evaluation, watch: Watch) -> tuple[Sequence[int], Table]:
    examples = evaluation.examples

    def enough(scores: Mapping[int, Sequence[Score]]) -> bool:
        return watch.hopeless({row: float(likeliest(each) == examples.gold[row]) for row, each in scores.items()})

    found = score_until(
        "scoring",
        examples.prompts,
        examples.continuations,
        order=watch.chunks(),
        enough=enough,
        engine=evaluation.engine,
        ledger=evaluation.ledger,
        report=evaluation.report,
        kept_as=scored_as(examples),
    )
    if watch.told is not None:
        evaluation.facts[GIVEN_UP] = watch.told
    rows = sorted(found)
    return rows, [found[row] for row in rows]


def _logprobs(table: Table) -> list[tuple[float, ...]]:
    """Return what the records keep: whoever reads them finds the same numbers again."""
    return [tuple(round(score.logprob, 4) for score in row) for row in table]


def _right(gold: Sequence[int], predicted: Sequence[int]) -> list[float]:
    return [float(g == p) for g, p in zip(gold, predicted, strict=True)]


def _accuracy(evaluation: Evaluation, gold: Sequence[int], predicted: Sequence[int]) -> dict[str, float]:
    if GIVEN_UP not in evaluation.facts:  # else the record of rows tells which were read
        evaluation.facts["right"] = [int(right) for right in _right(gold, predicted)]
    acc, stderr = accuracy(gold, predicted)
    return {"acc": acc, "acc_stderr": stderr}


def _records(
    evaluation: Evaluation,
    rows: Sequence[int],
    table: Table,
    predicted: Sequence[int],
    scores: dict[str, list[float]],
) -> list[Record]:
    data, examples = evaluation.data, evaluation.examples
    logprobs = _logprobs(table)
    return [
        Record(
            row=row,
            hash=prompt_hash(examples.prompts[row], examples.continuations[row]),
            gold=data.items[row].answer,
            answer=(data.items[row].choices or data.labels)[predicted[i]],
            scores={name: values[i] for name, values in scores.items()},
            logprobs=logprobs[i],
            choices=data.items[row].choices,
        )
        for i, row in enumerate(rows)
    ]
