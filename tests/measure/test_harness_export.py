"""Rows written as tasks of lm-eval: its own model class, running them, finds what our measures find."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.errors import ParameterError
from kit.measure import EvaluateSpec, export_task
from kit.measure.evaluate import evaluate
from kit.measure.record import Record
from kit.report import ListReport

THINGS = ("The price", "The share", "Der Kurs", "The bond", "An account", "The payment")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what datasets makes of the files with the test."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")


def _rows(task: str) -> list[dict[str, Any]]:
    texts = [f"{THINGS[i % 6]} {i} goes" for i in range(30)]
    ways = ["up", "down", "no: way"]
    if task == "classify":
        return [{"text": text, "label": ways[i % 3], "kind": f"k{i % 2}"} for i, text in enumerate(texts)]
    if task == "choose":
        choices = [["up", "down to the bond"], ["upwards", "down", "to the share"]]
        return [{"text": text, "choices": choices[i % 2], "label": i % 2} for i, text in enumerate(texts)]
    if task == "answer":
        return [{"text": text, "label": ["The way!", ways[i % 3]]} for i, text in enumerate(texts)]
    return [{"text": f"{text} up. Then the price of the share goes down."} for text in texts]


def _data(place: Path, task: str, **settings: Any) -> DataSpec:
    file = place / f"{task} rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in _rows(task)), encoding="utf-8")
    instruction = "" if task == "continue" else "Say {{where}} it goes."
    return DataSpec(source=str(file), task=task, instruction=instruction, split="test", test_share=0.5, **settings)


def _theirs(model: Path, file: Path, *, chat: bool = False) -> dict[str, Any]:
    """What lm-eval finds with its own model class and its own way to open the file."""
    from lm_eval import simple_evaluate
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lm_eval.evaluator.add_env_info", lambda _results: None)  # asks for every package: seconds
        found = simple_evaluate(
            model=HFLM(str(model), device="cpu", dtype="float32", batch_size=4),
            tasks=[str(file)],
            task_manager=TaskManager(include_defaults=False),
            apply_chat_template=chat,
        )
    assert found is not None
    return dict(found)


def _ours(model: Path, place: Path, data: DataSpec, measure: str, **settings: Any) -> tuple[dict[str, float], Any]:
    spec = EvaluateSpec(
        variant=Variant(model=str(model), method="fp32"), data=data, measures=(measure,), batch_size=4, **settings
    )
    result = evaluate(spec, ListReport(place))
    lines = (place / result.artifacts["rows"]).read_text(encoding="utf-8").splitlines()
    return result.metrics, [Record.from_dict(json.loads(line)) for line in lines]


@pytest.mark.parametrize("shots", [0, 2])
@pytest.mark.parametrize("task", ["classify", "choose"])
def test_what_is_chosen(tiny_model: Path, tmp_path: Path, task: str, shots: int) -> None:
    data = _data(tmp_path, task)
    metrics, records = _ours(tiny_model, tmp_path, data, "accuracy", chat=False, shots=shots)
    file = export_task(data, tmp_path / "tasks", name="mine", shots=shots)
    theirs = _theirs(tiny_model, file)
    for record, sample in zip(records, theirs["samples"]["mine"], strict=True):
        assert record.logprobs == pytest.approx([answer[0] for answer in sample["filtered_resps"]], abs=2e-4)
        assert record.scores["acc"] == sample["acc"]
    for name in ("acc", "acc_stderr", *(["acc_norm", "acc_norm_stderr"] if task == "choose" else [])):
        assert metrics[name] == pytest.approx(theirs["results"]["mine"][f"{name},none"], abs=1e-12)


def test_what_is_written(tiny_model: Path, tmp_path: Path) -> None:
    data, shots = _data(tmp_path, "answer"), 2
    _metrics, records = _ours(tiny_model, tmp_path, data, "accuracy", chat=False, shots=shots, answer_tokens=9)
    theirs = _theirs(tiny_model, export_task(data, tmp_path / "tasks", name="mine", shots=shots, answer_tokens=9))
    for record, sample in zip(records, theirs["samples"]["mine"], strict=True):
        # Of a character that the last token leaves incomplete, engines tell nothing.
        assert record.answer == sample["filtered_resps"][0].rstrip("\ufffd").strip()
        assert record.scores["exact_match"] == sample["exact_match"]


def test_what_is_read(tiny_model: Path, tmp_path: Path) -> None:
    data = _data(tmp_path, "continue")
    metrics, _records = _ours(tiny_model, tmp_path, data, "perplexity")
    theirs = _theirs(tiny_model, export_task(data, tmp_path / "tasks"))["results"]["continue_rows"]
    for name in ("word_perplexity", "byte_perplexity", "bits_per_byte"):
        assert metrics[name] == pytest.approx(theirs[f"{name},none"], rel=1e-5)


def test_in_a_chat_the_same_words_are_asked(tiny_model: Path, tmp_path: Path) -> None:
    """The log-likelihoods differ, by that of the line break at the end of the template, which is the same for all."""
    data, shots = _data(tmp_path, "classify"), 2
    _metrics, records = _ours(tiny_model, tmp_path, data, "accuracy", chat=True, shots=shots)
    file = export_task(data, tmp_path / "tasks", name="mine", chat=True, shots=shots)
    for record, sample in zip(records, _theirs(tiny_model, file, chat=True)["samples"]["mine"], strict=True):
        given, theirs = record.logprobs, [answer[0] for answer in sample["filtered_resps"]]
        apart = [b - a for a, b in zip(given, theirs, strict=True)]
        assert apart == pytest.approx([apart[0]] * len(apart), abs=3e-4)
        assert apart[0] < 0
    again = evaluate(
        EvaluateSpec(
            variant=Variant(model=str(tiny_model), method="fp32"), tasks=(str(file),), task_chat=True, batch_size=4
        ),
        ListReport(tmp_path / "again"),
    )
    lines = (tmp_path / "again" / again.artifacts["rows-mine"]).read_text(encoding="utf-8").splitlines()
    for record, line in zip(records, lines, strict=True):
        assert json.loads(line)["logprobs"] == pytest.approx(record.logprobs, abs=2e-4)


def test_the_files_tell_what_they_are(tmp_path: Path) -> None:
    data = _data(tmp_path, "classify", columns=("kind",))
    file = export_task(data, tmp_path / "tasks", shots=1)
    assert file == tmp_path / "tasks" / "classify_rows.yaml"
    task = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert task["task"] == "classify_rows"
    assert task["doc_to_choice"] == ["down", "no: way", "up"]
    assert task["description"] == "{% raw %}Say {{where}} it goes.\n\n{% endraw %}"
    assert len(task["fewshot_config"]["samples"]) == task["num_fewshot"] == 1
    lines = Path(task["dataset_kwargs"]["data_files"]["test"]).read_text(encoding="utf-8").splitlines()
    rows = open_data(data).items
    assert [json.loads(line)["question"] for line in lines] == [f"{row.text}\nAnswer:" for row in rows]
    assert [json.loads(line)["kind"] for line in lines] == [row.columns["kind"] for row in rows]


def test_a_moved_task_is_found(tiny_model: Path, tmp_path: Path) -> None:
    file = export_task(_data(tmp_path, "classify"), tmp_path / "tasks", name="mine")
    moved = (tmp_path / "tasks").rename(tmp_path / "elsewhere") / file.name
    text = moved.read_text(encoding="utf-8").replace(str(file.parent) + "/", "")
    moved.write_text(text, encoding="utf-8")
    spec = EvaluateSpec(variant=Variant(model=str(tiny_model), method="fp32"), tasks=(str(moved),), task_limit=3)
    assert evaluate(spec, ListReport(tmp_path / "run")).facts["tasks"]["mine"]["rows"] == 3


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    data = _data(tmp_path, "classify")
    with pytest.raises(ParameterError, match="letters, digits"):
        export_task(data, tmp_path, name="a/b")
    with pytest.raises(ParameterError, match="a dataset or a DataSpec"):
        export_task("rows", tmp_path)
    with pytest.raises(ParameterError, match="test part"):
        export_task(data.replace(split="all"), tmp_path, shots=2)
