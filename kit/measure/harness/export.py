"""Write rows as a task of lm-evaluation-harness: a YAML file that describes it, and its rows as JSON lines.

lm-eval then asks what `EvaluateSpec` asks, word for word: instruction, solved examples, question, and behind it what
may follow (see `kit.measure.plain`). So its log-likelihoods are ours, and whatever runs its tasks can be compared.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from kit._arguments import named_arguments
from kit._check import plain as plain_value
from kit.data import Dataset, DataSpec, open_data
from kit.data.prompt import messages
from kit.data.row import Row
from kit.data.spec import WRITTEN
from kit.errors import ParameterError
from kit.i18n import _
from kit.measure import plain
from kit.measure.shots import check_shots, draw_shots
from kit.place import write_atomic

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_MARKS = ("{{", "{%", "{#")  # of Jinja, in which lm-eval reads a description
_ACC = {"metric": "acc", "aggregation": "mean", "higher_is_better": True}
_ACC_NORM = {"metric": "acc_norm", "aggregation": "mean", "higher_is_better": True}
_EXACT = {  # as SQuAD compares: without articles, blanks, punctuation and case
    "metric": "exact_match",
    "aggregation": "mean",
    "higher_is_better": True,
    "ignore_case": True,
    "ignore_punctuation": True,
    "regexes_to_ignore": [r"(?i)\b(a|an|the)\b", r"\s+"],
}
_READ = [
    {"metric": "word_perplexity", "aggregation": "weighted_perplexity", "higher_is_better": False},
    {"metric": "byte_perplexity", "aggregation": "weighted_perplexity", "higher_is_better": False},
    {"metric": "bits_per_byte", "aggregation": "bits_per_byte", "higher_is_better": False},
]


@named_arguments
def export_task(
    data: Any,
    folder: str | Path,
    *,
    name: str = "",
    chat: bool = False,
    shots: int = 0,
    shots_data: DataSpec | None = None,
    answer_tokens: int = 64,
) -> Path:
    """Write rows as a task that lm-evaluation-harness runs.

    Parameters
    ----------
    data : Dataset or DataSpec
        What is asked.
    folder : str or Path
        Where the two files are written; made if need be. The YAML file names the rows by their full path: change that
        line when the folder moves (Tunebook itself also finds them beside it).
    name : str, default ""
        Of the task and the files: letters, digits, dots, dashes and underscores; left out, that of the source.
    chat : bool, default False
        Ask as `EvaluateSpec` with ``chat=True`` does; then run it with ``--apply_chat_template``. lm-eval counts a line
        break at the end of the template to the answer, so the log-likelihoods of all labels are lower by the same.
    shots : int, default 0
        Solved examples before each question, those that `EvaluateSpec` takes.
    shots_data : DataSpec, optional
        Where they are drawn from; left out, the train part of the same rows.
    answer_tokens : int, default 64
        Written in each answer at most.

    Returns
    -------
    Path
        The YAML file, for ``lm_eval --tasks FILE`` and for ``EvaluateSpec(tasks=(FILE, …))``.

    Raises
    ------
    ParameterError
        The name cannot be that of a file, or there is nothing to draw examples from.
    DataError
        The rows cannot be used.
    """
    rows = data if isinstance(data, Dataset) else open_data(_spec_of(data))
    if chat and rows.task == "chat":
        fix = _("Write them as plain text: chat=False.")
        raise ParameterError("chat", chat, allowed=_("False for conversations: a task asks in one turn"), fix=fix)
    name = name or re.sub(r"[^\w.-]+", "_", Path(rows.origin.source).stem).strip("_.-")
    if not _NAME.fullmatch(name):
        raise ParameterError("name", name, allowed=_("letters, digits, dots, dashes and underscores"))
    check_shots(shots, shots_data, rows.origin)
    solved = draw_shots(shots, shots_data, rows)
    place = Path(os.path.abspath(os.path.expanduser(folder)))
    file = place / f"{name}.jsonl"
    task = {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(file)}},
        "test_split": "test",
        **_asked(rows, solved, chat=chat, answer_tokens=answer_tokens),
        "metadata": {"version": 1.0},
    }
    lines = (json.dumps({"row": i, **_cells(rows, row, chat)}, ensure_ascii=False) for i, row in enumerate(rows.items))
    write_atomic(file, "".join(f"{line}\n" for line in lines))
    text = yaml.safe_dump(task, sort_keys=False, allow_unicode=True, width=120)
    write_atomic(place / f"{name}.yaml", _heading(name, chat) + text)
    return place / f"{name}.yaml"


def _spec_of(data: Any) -> DataSpec:
    spec = plain_value(data)
    if not isinstance(spec, DataSpec):
        raise ParameterError(
            "data", data, allowed=_("a dataset or a DataSpec"), fix=_("Make one with kit.load_data(…).")
        )
    return spec


def _heading(name: str, chat: bool) -> str:
    template = " --apply_chat_template" if chat else ""
    return (
        f"# A task of lm-evaluation-harness, written by Tunebook.\n"
        f"# lm_eval --model hf --model_args pretrained=MODEL,dtype=float32 --tasks {name}.yaml{template}\n"
    )


def _asked(rows: Dataset, solved: Sequence[Row], *, chat: bool, answer_tokens: int) -> dict[str, Any]:
    """Return what is asked of each row and how the answer is judged."""
    if rows.task == "continue":
        return {
            "output_type": "loglikelihood_rolling",
            "doc_to_text": "",
            "doc_to_target": "text",
            "metric_list": _READ,
        }
    asked: dict[str, Any] = {"output_type": "multiple_choice"}
    if rows.instruction and not chat:  # in a chat it stands in each question
        asked["description"] = _literal(plain.description(rows.instruction))
    asked |= {"doc_to_text": "question", "target_delimiter": plain.TARGET_DELIMITER}
    asked |= {"fewshot_delimiter": plain.SHOT_DELIMITER, "num_fewshot": len(solved)}
    if solved:
        samples = [_cells(rows, row, chat) for row in solved]
        asked["fewshot_config"] = {"sampler": "first_n", "samples": samples}
    if rows.task in WRITTEN:
        stops = [] if chat else list(plain.STOPS)
        settings = {"until": stops, "max_gen_toks": answer_tokens, "do_sample": False}
        return asked | {
            "output_type": "generate_until",
            "doc_to_target": "accepted",
            "generation_kwargs": settings,
            "metric_list": [_EXACT],
        }
    choices: Any = list(rows.labels) if rows.task == "classify" else "choices"
    metrics = [_ACC] if rows.task == "classify" else [_ACC, _ACC_NORM]
    return asked | {"doc_to_choice": choices, "doc_to_target": "gold", "metric_list": metrics}


def _cells(rows: Dataset, row: Row, chat: bool) -> dict[str, Any]:
    """Return one row as lm-eval reads it; columns that tell groups of rows come last and take no other's name."""
    if rows.task == "continue":
        cells: dict[str, Any] = {"text": row.text}
    elif chat:
        cells = {"question": messages(rows.instruction, row.text, row.context)[0]["content"]}
    else:
        cells = {"question": plain.question(rows.task, row.text, row.context)}
    if rows.task == "classify":
        cells |= {"gold": rows.labels.index(row.answer), "label": row.answer}
    elif rows.task == "choose":
        cells |= {"choices": list(row.choices), "gold": row.right}
    elif rows.task in WRITTEN:
        cells |= {"accepted": list(row.accepted)}
    return {**{column: value for column, value in row.columns.items() if column != "row"}, **cells}


def _literal(text: str) -> str:
    """Return `text` as Jinja gives it back unchanged."""
    return f"{{% raw %}}{text}{{% endraw %}}" if any(mark in text for mark in _MARKS) else text
