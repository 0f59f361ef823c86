"""How often the model is right."""

from __future__ import annotations

from kit.engines import Score
from kit.measure.accuracy import accuracy, macro_f1, macro_f1_stderr
from kit.measure.passes.evaluation import Evaluation
from kit.measure.record import Record, prompt_hash, write_records
from kit.measure.scoring import score_in_chunks
from kit.place import patiently

_SHOWN = 200  # characters of a row that its record shows


def quality(evaluation: Evaluation) -> dict[str, float]:
    """Score every row and return accuracy and macro-F1."""
    data = evaluation.data
    table = score_in_chunks(
        "scoring",
        data.prompts(),
        [data.labels] * len(data),
        texts=data.texts,
        batch_size=evaluation.spec.batch_size,
        engine=evaluation.engine,
        ledger=evaluation.ledger,
        report=evaluation.report,
    )
    predicted = [max(range(len(row)), key=lambda i: row[i].logprob) for row in table]
    gold = [data.labels.index(answer) for answer in data.answers]
    evaluation.facts["majority_acc"] = max(data.counts.values()) / len(data)
    evaluation.facts["only_answer"] = data.labels[predicted[0]] if len(set(predicted)) == 1 else None
    evaluation.facts["right"] = [int(g == p) for g, p in zip(gold, predicted, strict=True)]
    _keep_rows(evaluation, gold, predicted, table)
    acc, acc_stderr = accuracy(gold, predicted)
    return {
        "acc": acc,
        "acc_stderr": acc_stderr,
        "macro_f1": macro_f1(gold, predicted, len(data.labels)),
        "macro_f1_stderr": macro_f1_stderr(gold, predicted, len(data.labels)),
    }


def _keep_rows(evaluation: Evaluation, gold: list[int], predicted: list[int], table: list[list[Score]]) -> None:
    """Keep what was answered to each row: comparisons are paired."""
    data, report = evaluation.data, evaluation.report
    records = [
        Record(
            row=i,
            hash=prompt_hash(prompt, data.labels),
            gold=data.labels[g],
            answer=data.labels[p],
            scores={"acc": float(g == p)},
            logprobs=tuple(round(score.logprob, 4) for score in scores),
            slices={"label": data.labels[g]},
            text=data.texts[i][:_SHOWN],
        )
        for i, (prompt, g, p, scores) in enumerate(zip(data.prompts(), gold, predicted, table, strict=True))
    ]
    path = report.folder / "artifacts" / f"rows-{evaluation.spec.key}.jsonl"
    patiently(lambda: write_records(path, records), report)
    evaluation.artifacts["rows"] = str(path.relative_to(report.folder))
    report.artifact("rows", path)
