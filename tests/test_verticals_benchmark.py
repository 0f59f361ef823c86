"""The benchmark of the verticals: its data sets, what is put into a notebook, and its rows."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from benchmarks.verticals import __main__ as command
from benchmarks.verticals.notebook import FOLDER, run, with_parameters
from benchmarks.verticals.sets import VERTICALS, Task, tasks_of
from kit.verticals.outcome import Outcome


def _shared(folder: Path) -> Path:
    for vertical, name in (("finance", "sentfin"), ("medical", "medquad"), ("manufacturing", "fmc")):
        (folder / vertical).mkdir()
        for part in ("train", "test"):
            (folder / vertical / f"{name}_{part}.jsonl").touch()
    (folder / "finance" / "german_credit_train.jsonl").touch()  # without a test file
    return folder


def test_generators_and_the_files_that_are_there(tmp_path: Path) -> None:
    options = command.parse(["--data", str(_shared(tmp_path))])
    assert [(task.vertical, task.data) for task in tasks_of(options)] == [
        *((vertical, "bundled") for vertical in VERTICALS),
        ("finance", "sentfin"),
        ("medical", "medquad"),
        ("manufacturing", "fmc"),
    ]
    options = command.parse(["--data", str(tmp_path), "--vertical", "finance", "--only", "sentfin"])
    (task,) = tasks_of(options)
    assert (Path(task.train).name, Path(task.test).name) == ("sentfin_train.jsonl", "sentfin_test.jsonl")


def test_any_other_file(tmp_path: Path) -> None:
    options = command.parse(["--vertical", "medical", "--train", "a.csv", "--set", "GROUP=patient", "MINUTES=5"])
    assert tasks_of(options) == [Task("medical", "a", str(Path("a.csv").absolute()))]
    assert dict(options.set) == {"GROUP": "patient", "MINUTES": 5}
    for wrong in (["--train", "a.csv"], ["--vertical", "medical", "--test", "a.csv"], ["--set", "x"]):
        with pytest.raises(SystemExit):
            command.parse(wrong)


def _notebook(*codes: str) -> nbformat.NotebookNode:
    cells = [new_markdown_cell("# Question"), *map(new_code_cell, codes)]
    cells[1].metadata["tags"] = ["parameters"]
    return new_notebook(cells=cells)


def test_parameters_go_behind_the_cell_that_has_them() -> None:
    made = with_parameters(_notebook('TRAIN = ""\nMINUTES = 15', "print(TRAIN)"), {"TRAIN": "/a b/c.csv", "MINUTES": 3})
    assert made.cells[2].source == "TRAIN = '/a b/c.csv'\nMINUTES = 3"
    assert made.cells[3].source == "print(TRAIN)"
    with pytest.raises(ValueError, match="no parameter GROUP"):
        with_parameters(_notebook('TRAIN = ""'), {"GROUP": "x"})


def test_a_notebook_that_fails_is_a_row_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.verticals.notebook.FOLDER", tmp_path)
    monkeypatch.setenv("TUNEBOOK_QUICK", "0")
    nbformat.write(_notebook('TRAIN = ""', "print(TRAIN)", "1 / 0"), tmp_path / "finance.ipynb")
    (tmp_path / "out").mkdir()
    minutes, problem = run(Task("finance", "x", "rows.csv"), tmp_path / "out", values={}, quick=True)
    assert "ZeroDivisionError" in problem
    shown = nbformat.read(tmp_path / "out" / "finance.ipynb", as_version=4)
    assert shown.cells[3].outputs[0].text == "rows.csv\n"
    told = command.row(Task("finance", "x"), None, minutes, problem)
    assert (told["tuned"], told["error"]) == (None, problem)
    assert "ZeroDivisionError" in command.told(told)


def test_a_row_holds_what_was_asked_for() -> None:
    held = {
        "metric": "acc",
        "baseline": {"value": 0.7, "low": 0.6, "high": 0.8},
        "base_model": {"value": 0.3, "low": 0.2, "high": 0.4},
        "tuned": {"value": 0.8, "low": 0.75, "high": 0.85},
        "verdicts": {"baseline": "10 points better"},
        "rows": {"train": 100, "test": 50},
    }
    told = command.row(Task("finance", "sentfin"), Outcome(Path("o"), held), 3.14159, "")
    assert {name: told[name] for name in ("vertical", "data", "metric", "baseline", "base_model", "tuned")} == {
        "vertical": "finance",
        "data": "sentfin",
        "metric": "acc",
        "baseline": 0.7,
        "base_model": 0.3,
        "tuned": 0.8,
    }
    assert (told["tuned_low"], told["tuned_high"], told["minutes"]) == (0.75, 0.85, 3.14)
    assert "error" not in told
    assert json.loads(json.dumps(told)) == told
    assert "0.800 (0.750 to 0.850), 3.1 min  10 points better" in command.told(told)


@pytest.mark.parametrize("vertical", VERTICALS)
def test_the_notebooks_take_what_it_sets(vertical: str) -> None:
    values = dict.fromkeys(("TRAIN", "TEST", "TASK", "TEXT", "LABEL", "GROUP", "MODEL", "MINUTES"), "x")
    made = with_parameters(nbformat.read(FOLDER / f"{vertical}.ipynb", as_version=4), values)
    assert sum("injected-parameters" in cell.metadata.get("tags", []) for cell in made.cells) == 1
