"""How well the model does tasks of lm-evaluation-harness."""

from __future__ import annotations

import re

from kit.measure.passes.evaluation import Evaluation
from kit.measure.record import Record, write_records
from kit.place import patiently


def running(evaluation: Evaluation) -> dict[str, float]:
    """Do the tasks and return what their own code makes of the answers, by ``task/metric``."""
    from kit.measure.harness.asking import Asking
    from kit.measure.harness.run import run_tasks  # loads lm-eval

    spec = evaluation.spec
    asking = Asking(
        engine=evaluation.engine, ledger=evaluation.ledger, report=evaluation.report, batch_size=spec.batch_size
    )
    found = run_tasks(spec.tasks, asking, shots=spec.shots, limit=spec.task_limit, chat=spec.task_chat)
    evaluation.facts["tasks"] = found.facts
    for task, records in found.records.items():
        _keep(evaluation, task, records)
    return found.metrics


def _keep(evaluation: Evaluation, task: str, records: list[Record]) -> None:
    report = evaluation.report
    name = re.sub(r"[^\w.-]+", "_", task)
    path = report.folder / "artifacts" / f"rows-{name}-{evaluation.spec.key}.jsonl"
    patiently(lambda: write_records(path, records), report)
    evaluation.artifacts[f"rows-{task}"] = str(path.relative_to(report.folder))
    report.artifact(f"rows-{task}", path)
