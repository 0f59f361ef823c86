"""The benchmark that holds our numbers beside lm-eval's, on a tiny model and small data sets."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import data, parity

THINGS = ("The price", "The share", "Der Kurs", "The bond", "An account", "The payment")
CHOICES = {"choices": ["up", "down to the bond", "to the share"]}


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what datasets makes of the files with the test, and leave out what asks for every package: seconds."""
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "datasets")
    monkeypatch.setattr("lm_eval.evaluator.add_env_info", lambda _results: None)


def _write(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Data sets of the shapes that the benchmark reads."""
    texts = [f"{THINGS[i % 6]} {i} goes" for i in range(40)]
    three = [{"text": text, "label": ("up", "down", "same")[i % 3]} for i, text in enumerate(texts)]
    _write(tmp_path / "finance" / "sentfin_test.jsonl", three)
    _write(tmp_path / "finance" / "sentfin_train.jsonl", [{**row, "text": f"{row['text']} on"} for row in three])
    many = [{"text": text, "label": f"way {i % parity.FMC_LABELS}"} for i, text in enumerate(texts)]
    _write(tmp_path / "manufacturing" / "fmc_test.jsonl", many)
    chosen = [{"question": text, "answer": i % 3, **CHOICES} for i, text in enumerate(texts)]
    for name in ("medical/medmcqa_test.jsonl", "general/arc_easy_test.jsonl"):
        _write(tmp_path / name, chosen)
    _write(tmp_path / "general" / "wikitext2_valid.jsonl", [{"text": f"{text} up and down ."} for text in texts])
    return tmp_path


def _last_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, Any]:
    monkeypatch.setattr(sys, "argv", ["parity", *arguments, "--json"])
    parity.main()
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])["tasks"]
    return found


def test_both_sides_agree(
    tiny_model: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = _last_line(capsys, monkeypatch, "--model", str(tiny_model), "--data", str(folder), "--quick")
    assert set(tasks) == set(parity.LIMITS)
    for name, found in tasks.items():
        assert found["max_loglik_diff"] < 1e-3, name
        assert found["ppl_rel_diff"] < 1e-3, name
        assert found["acc"] == found["acc_lm_eval"], name
        assert found["acc_stderr"] == found["acc_stderr_lm_eval"], name
        assert found["rows"] == (parity.FMC_LABELS if name == "fmc" else parity.QUICK)
    assert tasks["wikitext"]["acc"] is None
    assert 0 <= tasks["arc_easy"]["acc"] <= 1


def test_any_local_task_is_taken(
    tiny_model: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "dataset_path: json\ndataset_kwargs: {data_files: {test: general/arc_easy_test.jsonl}}\ntest_split: test\n"
    (folder / "mine.yaml").write_text(
        f"task: mine\n{rows}output_type: multiple_choice\ndoc_to_text: question\ndoc_to_choice: choices\n"
        "doc_to_target: answer\nmetric_list: [{metric: acc, aggregation: mean, higher_is_better: true}]\n",
        encoding="utf-8",
    )
    arguments = ("--model", str(tiny_model), "--task", str(folder / "mine.yaml"), "--limit", "7")
    found = _last_line(capsys, monkeypatch, *arguments)["mine"]
    assert found["rows"] == 7
    assert found["max_loglik_diff"] < 1e-3
    assert found["acc"] == found["acc_lm_eval"]


def test_a_difference_is_seen() -> None:
    """The numbers of the other side are changed by known amounts."""
    from kit.measure.record import Record

    records = [Record(row=i, hash="", logprobs=(-1.0, -2.0)) for i in range(2)]
    samples = [
        {"doc_id": i, "filter": "none", "target": 1, "filtered_resps": [(-1.0, False), (-2.0 - shift, False)]}
        for i, shift in enumerate((0.25, 0.0))
    ]
    theirs = {"samples": {"t": samples}, "results": {"t": {"acc,none": 0.5, "acc_stderr,none": 0.1}}}
    found = parity.beside("t", records, {"acc": 1.0, "acc_stderr": 0.0}, theirs)
    assert found["max_loglik_diff"] == pytest.approx(0.25)
    assert found["ppl_rel_diff"] == pytest.approx(1 - math.exp(-0.125))
    assert (found["acc"], found["acc_lm_eval"], found["answers"]) == (1.0, 0.5, 4)


def test_data_is_found_by_flag_variable_or_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "finance/sentfin_test.jsonl"
    assert data.find(name, folder) == (folder / name).resolve()
    monkeypatch.setenv(data.VARIABLE, str(folder))
    assert data.find(name) == (folder / name).resolve()
    monkeypatch.delenv(data.VARIABLE)
    monkeypatch.setattr(data, "_PROJECT", folder / "project")
    with pytest.raises(SystemExit, match="--data FOLDER"):
        data.find(name)
    (folder / "shared" / "data").mkdir(parents=True)
    (folder / "finance").rename(folder / "shared" / "data" / "finance")
    assert data.find(name) == (folder / "shared" / "data" / name).resolve()
