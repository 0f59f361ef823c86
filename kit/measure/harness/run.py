"""Let lm-eval put its tasks to one of our engines, and take in what it makes of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.measure.harness.adapter import EngineLM
from kit.measure.harness.asking import Asking
from kit.measure.harness.loading import load_tasks
from kit.measure.harness.quiet import quiet, seeded
from kit.measure.harness.samples import records_of
from kit.measure.record import Record

# Samples drawn for the standard error of a metric that has no formula (F1, Matthews, median). lm-eval's own default is
# 100,000: minutes for a third digit of a standard error. Accuracy and everything else that is a mean has a formula.
BOOTSTRAP = 1000


@dataclass(frozen=True, kw_only=True)
class Tasked:
    """What tasks gave.

    Parameters
    ----------
    metrics : dict of str to float
        By ``task/metric``, with ``_stderr`` where there is one; groups of tasks too.
    records : dict of str to list of Record
        What was asked and answered, by task.
    facts : dict of str to dict
        Of each task: rows, shots, version, kind, which metrics are better when higher.
    """

    metrics: dict[str, float]
    records: dict[str, list[Record]]
    facts: dict[str, dict[str, Any]]


def run_tasks(names: Sequence[str], asking: Asking, *, shots: int = 0, limit: int | None = None, chat: bool) -> Tasked:
    """Do tasks and return what they gave.

    Parameters
    ----------
    names : sequence of str
        As in `load_tasks`.
    asking : Asking
        Answers the requests.
    shots : int, default 0
        Solved examples before each question; 0: as the task says.
    limit : int, optional
        The first so many rows of each task.
    chat : bool
        Put questions through the chat template of the model, each solved example as a turn of its own.

    Raises
    ------
    ParameterError, DataError
        A task cannot be had.
    UnsupportedError
        A task needs what engines cannot do.
    Stopped
        The report asked to stop; what was answered is kept.
    """
    from lm_eval.evaluator import evaluate

    asking.report.progress("opening tasks")
    with quiet(), seeded():
        tasks = load_tasks(names, shots=shots)
        for name, task in tasks["tasks"].items():
            _check_possible(name, task)
        asking.report.check()
        found = evaluate(
            lm=EngineLM(asking),
            task_dict=tasks,
            limit=limit,
            bootstrap_iters=BOOTSTRAP,
            apply_chat_template=chat,
            fewshot_as_multiturn=chat,
        )
    samples = found["samples"]
    return Tasked(
        metrics=_metrics(found["results"]),
        records={name: records_of(samples[name]) for name in tasks["tasks"]},
        facts={name: _facts(name, task, found) for name, task in tasks["tasks"].items()},
    )


def _check_possible(name: str, task: Any) -> None:
    if getattr(task, "UNSAFE_CODE", False):
        raise UnsupportedError(
            _("The task {name} runs code that the model writes, which is not done here.").format(name=name),
            fix=_("Run it with lm-eval itself, in a place where such code can do no harm."),
        )
    if getattr(task, "MULTIMODAL", False):
        raise UnsupportedError(
            _("The task {name} shows pictures or plays sounds, and engines here read text.").format(name=name),
            fix=_("Leave it out of the tasks."),
        )


def _metrics(results: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Return each number by its task and name; the filter of the answers is named where a task has several."""
    metrics = {}
    for task, values in results.items():
        numbers = {key: value for key, value in values.items() if "," in key and isinstance(value, int | float)}
        filters = {key.partition(",")[2] for key in numbers}
        for key, value in numbers.items():
            name, _comma, by = key.partition(",")
            metrics[f"{task}/{by}/{name}" if len(filters) > 1 else f"{task}/{name}"] = float(value)
    return metrics


def _facts(name: str, task: Any, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "rows": found["n-samples"][name]["effective"],
        "shots": found["n-shot"][name],
        "version": str(found["versions"][name]),
        "kind": str(task.OUTPUT_TYPE),
        "higher_is_better": {metric: bool(better) for metric, better in found["higher_is_better"][name].items()},
        "lm_eval": metadata.version("lm-eval"),
    }
