"""Carry out a `BaselineSpec`: fit, answer, score and keep the rows as an evaluation of a model keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kit.data import Dataset, open_data
from kit.engines import Variant
from kit.i18n import _
from kit.measure import EvaluateSpec
from kit.measure.accuracy import accuracy, macro_f1, macro_f1_stderr
from kit.measure.belonging import groups_of
from kit.measure.examples import examples_for
from kit.measure.probability import mean_and_stderr
from kit.measure.record import Record, prompt_hash, write_records
from kit.measure.wording import SCORES
from kit.report import Report
from kit.result import Result
from kit.spec import Spec
from kit.verticals.baselines.answered import Answered
from kit.verticals.baselines.boosting import boosting
from kit.verticals.baselines.choice import choice
from kit.verticals.baselines.features import is_table, table_of
from kit.verticals.baselines.retrieval import retrieval
from kit.verticals.baselines.spec import BaselineSpec
from kit.verticals.baselines.tfidf import tfidf

_SHOWN = 200  # characters of a row that its record shows, as an evaluation's does


def baseline(spec: Spec, report: Report) -> Result:
    """Fit and measure what is not a language model."""
    assert isinstance(spec, BaselineSpec)
    report.progress("fitting")
    train, test = open_data(spec.data), open_data(spec.test)
    found = answered(spec, train, test)
    report.check()
    report.progress("scoring", 0, len(test), "rows")
    records = _records(test, found)
    path = report.folder / "artifacts" / f"rows-{spec.key}.jsonl"
    write_records(path, records)
    report.artifact("rows", path)
    report.progress("scoring", len(test), len(test), "rows")
    return Result(
        spec=spec.to_dict(),
        metrics=metrics_of(test, records),
        artifacts={"rows": str(path.relative_to(report.folder))},
        facts={
            "model": found.name,
            "method": "",
            "rows": len(test),
            "train_rows": len(train),
            "labels": list(test.labels),
            "instruction": test.instruction,
            "only_answer": found.answers[0] if test.labels and len(set(found.answers)) == 1 else None,
            **({} if test.task == "answer" else {"right": [int(record.scores["acc"]) for record in records]}),
            **_simplest(train, test),
            **found.facts,
        },
        provenance={"data_hash": test.hash, "train_hash": train.hash},
    )


def answered(spec: BaselineSpec, train: Dataset, test: Dataset) -> Answered:
    """Return what the baseline of `spec` says to the rows of `test`."""
    if test.task == "choose":
        return choice(train, test)
    if test.task == "answer":
        return retrieval(train, test)
    kind = spec.kind
    if kind == "auto":
        kind = "boosting" if is_table(table_of(train)) else "tfidf"
    return boosting(train, test, seed=spec.seed) if kind == "boosting" else tfidf(train, test, seed=spec.seed)


def metrics_of(test: Dataset, records: Sequence[Record]) -> dict[str, float]:
    """Return accuracy and macro-F1, or the mean of each score where answers are written, with standard errors."""
    if not test.labels:
        metrics: dict[str, float] = {}
        for name in records[0].scores:
            mean, stderr = mean_and_stderr([record.scores[name] for record in records])
            metrics |= {name: mean, f"{name}_stderr": stderr}
        return metrics
    gold = [test.labels.index(record.gold) for record in records]
    given = [test.labels.index(record.answer) for record in records]
    acc, stderr = accuracy(gold, given)
    classes = len(test.labels)
    return {
        "acc": acc,
        "acc_stderr": stderr,
        "macro_f1": macro_f1(gold, given, classes),
        "macro_f1_stderr": macro_f1_stderr(gold, given, classes),
    }


def _records(test: Dataset, found: Answered) -> list[Record]:
    """Return a record for each row, with the hash that an evaluation of a model gives it."""
    asked = examples_for(EvaluateSpec(variant=Variant(model=found.name), data=test.spec), test)
    groups = groups_of(test)
    return [
        replace(
            Record(row=i, hash=prompt_hash(asked.prompts[i], _continuations(test, asked.continuations[i]))),
            gold=" / ".join(row.accepted) or row.answer,
            answer=found.answers[i],
            scores=_scores(test, i, found.answers[i]),
            logprobs=tuple(found.logprobs[i]) if found.logprobs else (),
            choices=row.choices,
            slices=groups[i],
            text=row.text[:_SHOWN],
        )
        for i, row in enumerate(test.items)
    ]


def _continuations(test: Dataset, options: Sequence[str]) -> Sequence[str]:
    return () if test.task == "answer" else options


def _scores(test: Dataset, place: int, answer: str) -> dict[str, float]:
    row = test.items[place]
    if test.task == "answer":
        return {name: score(answer, row.accepted) for name, score in SCORES.items()}
    right = float(answer == row.answer)
    return {"acc": right, "acc_norm": right} if test.task == "choose" else {"acc": right}


def _simplest(train: Dataset, test: Dataset) -> dict[str, Any]:
    """Return what would be reached without looking at the rows at all."""
    if test.labels:
        label = max(train.counts, key=lambda each: train.counts[each])
        return {"majority_label": label, "majority_acc": test.counts[label] / len(test)}
    if test.task == "choose":
        return {"chance_acc": sum(1 / len(row.choices) for row in test.items) / len(test)}
    return {"majority": _("does not apply: answers are written")}
