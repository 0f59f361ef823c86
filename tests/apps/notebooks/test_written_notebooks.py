"""Notebooks made from runs and from a few answers: valid, safe to open, and their code does what it says."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

import kit
from kit.apps.notebooks import (
    GOALS,
    PANELS,
    comparison_notebook,
    copy_template,
    experiment_notebook,
    rerun_notebook,
    templates,
)
from kit.apps.notebooks.rerun import beside_the_notebook
from kit.apps.notebooks.write import code, file_name, markdown, notebook, save
from kit.errors import ParameterError, UnknownNameError
from kit.jobs import Run
from kit.place import runs_folder
from kit.quantization import methods
from kit.spec import Spec

DATA = kit.DataSpec(source="finance-alerts", limit=40)


def leave(letters: str, spec: Spec, state: str = "finished", **result: Any) -> Run:
    """Leave a run as a worker would have."""
    kind = type(spec).__name__.removesuffix("Spec").lower()
    folder = runs_folder() / f"20260101-000000-{kind}-{letters}"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(spec.to_json(), encoding="utf-8")
    events = [{"t": 1e9 + place, "kind": "state", "state": each} for place, each in enumerate(("running", state))]
    (folder / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    (folder / "about.json").write_text(json.dumps({"created": 1e9, "cwd": "/", "origin": None}), encoding="utf-8")
    if result:
        values = kit.Result(spec=spec.to_dict(), **result).to_json()
        (folder / "result.json").write_text(values, encoding="utf-8")
    return Run(folder)


def cells(path: Path, kind: str = "code") -> list[str]:
    read = nbformat.read(path, as_version=4)
    nbformat.validate(read)
    return [cell.source for cell in read.cells if cell.cell_type == kind]


def spec_in(path: Path) -> Spec:
    """The spec that a notebook makes."""
    tree = ast.parse("\n".join(cells(path)))
    (made,) = [n.value for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "spec"]
    spec: Spec = eval(ast.unparse(made), {"kit": kit})
    return spec


def test_a_run_again_asks_for_the_same(tmp_path: Path) -> None:
    spec = kit.TuneSpec(model="smollm2-135m-instruct", data=DATA, rank=8, learning_rate=5e-4)
    run = leave(
        "abcd", spec, metrics={"validation_accuracy": 0.8}, provenance={"tunebook": "0.1.0", "commit": "c0ffee"}
    )
    path = rerun_notebook(run, tmp_path)
    assert path.name == "tune-abcd.ipynb"
    assert spec_in(path) == spec
    text = "\n".join(cells(path))
    assert f"# run: {run.id}" in text
    assert "c0ffee" in text
    assert "'validation_accuracy': 0.8" in text
    assert f"`{run.id}`" in cells(path, "markdown")[0]


def test_what_went_wrong_stands_at_the_top(tmp_path: Path) -> None:
    run = leave("abcd", kit.GetSpec(name="x"), state="failed")
    with open(run.folder / "events.jsonl", "a", encoding="utf-8") as file:
        file.write(
            json.dumps({"t": 1e9 + 2, "kind": "state", "state": "failed", "cause": "No room.", "fix": "Make some."})
        )
        file.write("\n")
    assert "> No room. Make some." in cells(rerun_notebook(run, tmp_path), "markdown")[0]


def test_data_inside_the_root_is_named_from_the_notebook(tmp_path: Path) -> None:
    inside, outside = tmp_path / "root" / "in" / "a.csv", tmp_path / "b.csv"
    spec = kit.TuneSpec(model="m", data=kit.DataSpec(source=str(inside)), validation=kit.DataSpec(source=str(outside)))
    moved = beside_the_notebook(spec, tmp_path / "root" / "work", tmp_path / "root")
    assert moved == spec.replace(data=kit.DataSpec(source=os.path.join("..", "in", "a.csv")))


def test_nothing_in_a_run_becomes_code(tmp_path: Path) -> None:
    """Names and causes are other people's words: they stay inside quotes and comments."""
    nasty = "x')\nimport os; os.system('touch hacked')  # \"\"\""
    run = leave("abcd", kit.GetSpec(name=nasty), provenance={"tunebook": nasty, "packages": {nasty: nasty}}, metrics={})
    path = rerun_notebook(run, tmp_path)
    assert spec_in(path) == kit.GetSpec(name=nasty)
    names = {ast.unparse(n) for n in ast.walk(ast.parse("\n".join(cells(path)))) if isinstance(n, ast.Import)}
    assert names == {"import kit"}


def test_sweeps_are_compared_by_what_they_measured(tmp_path: Path) -> None:
    runs = [
        leave(letters, kit.SweepSpec(model="m", data=DATA, methods=(method,)))
        for letters, method in (("aaaa", "bf16"), ("bbbb", "fp16"))
    ]
    path = comparison_notebook(runs, tmp_path)
    code_cells = cells(path)
    assert "kit.ComparePanel(rows)" in code_cells[1]
    namespace: dict[str, Any] = {}
    exec("\n".join(code_cells[:1]) + "\n" + code_cells[1].partition("rows =")[0], namespace)
    assert namespace["runs"] == runs
    settings = cells(path, "markdown")[1]
    assert '| methods | ["bf16"] | ["fp16"] |' in settings
    assert "batch_size" not in settings


def test_tunings_are_compared_by_how_they_learnt(tmp_path: Path) -> None:
    runs = [
        leave(letters, kit.TuneSpec(model="m", data=DATA, rank=rank)) for letters, rank in (("aaaa", 4), ("bbbb", 8))
    ]
    path = comparison_notebook(runs, tmp_path)
    assert "losses(run.status)" in cells(path)[1]
    assert "| rank | 4 | 8 |" in cells(path, "markdown")[1]
    exec(cells(path)[1].replace("display(", "str("), {"kit": kit})


@pytest.mark.parametrize("n", [0, 1])
def test_a_comparison_needs_two(tmp_path: Path, n: int) -> None:
    run = leave("aaaa", kit.SweepSpec(model="m", data=DATA))
    with pytest.raises(ParameterError):
        comparison_notebook([run] * (2 * n), tmp_path)
    with pytest.raises(ParameterError, match="get-bbbb"):
        comparison_notebook([run, leave("bbbb", kit.GetSpec(name="x"))], tmp_path)
    assert not list(tmp_path.glob("*.ipynb"))


@pytest.mark.parametrize("goal", GOALS)
def test_every_goal_is_a_notebook_that_runs(tmp_path: Path, goal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tmp_path / "in" / "it's.csv"
    rows.parent.mkdir()
    rows.write_text(
        "note,way\n" + "".join(f"word {i},{'up' if i % 2 else 'down'}\n" for i in range(40)), encoding="utf-8"
    )
    folder = tmp_path / "work"
    folder.mkdir()
    path = experiment_notebook(str(rows), folder, goal=goal, text="note", label="way")
    monkeypatch.chdir(folder)
    namespace: dict[str, Any] = {}
    exec("\n".join(cells(path)), namespace)
    assert namespace["sweep"].desk.spec().methods == GOALS[goal].methods
    tune = namespace["tune"].desk.spec()
    assert {name: getattr(tune, name) for name in GOALS[goal].tune} == dict(GOALS[goal].tune)
    assert set(GOALS[goal].methods) <= set(methods())
    assert all("def " not in cell for cell in cells(path))


def test_bundled_data_goes_by_its_name(tmp_path: Path) -> None:
    path = experiment_notebook("finance-alerts", tmp_path, goal="first-look")
    assert "kit.load_data('finance-alerts', limit=200)" in cells(path)[1]
    for wrong in ({"goal": "x"}, {"task": "x"}):
        with pytest.raises(UnknownNameError):
            experiment_notebook("finance-alerts", tmp_path, **wrong)


def test_templates_are_those_of_the_folder() -> None:
    folder = Path(kit.__file__).parents[1] / "notebooks"
    assert list(templates()) == [path.stem for path in sorted(folder.glob("*.ipynb"))]
    assert all(template.title and template.description for template in templates().values())


def test_a_copy_has_no_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    made = notebook([markdown("# One *title*\n\nA first\nparagraph.\n\nA second."), code("1 + 1")])
    made["cells"][1] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": "2"}], "execution_count": 7}
    (shelf / "one.ipynb").write_text(json.dumps(made), encoding="utf-8")
    (shelf / "broken.ipynb").write_text("{", encoding="utf-8")
    (shelf / "old.ipynb").write_text('{"nbformat": 3, "worksheets": []}', encoding="utf-8")
    monkeypatch.setattr("kit.apps.notebooks.template.bundled_folder", lambda: shelf)
    (template,) = templates().values()
    assert (template.title, template.description) == ("One *title*", "A first paragraph.")
    copied = json.loads(copy_template("one", tmp_path).read_text(encoding="utf-8"))
    assert (copied["cells"][1]["outputs"], copied["cells"][1]["execution_count"]) == ([], None)
    with pytest.raises(UnknownNameError):
        copy_template("../one", tmp_path)


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    names = [save(notebook([]), tmp_path, "a b").name for _n in range(3)]
    assert names == ["a-b.ipynb", "a-b-2.ipynb", "a-b-3.ipynb"]
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "nowhere")
    assert save(notebook([]), tmp_path, "link").name == "link-2.ipynb"
    assert not (tmp_path / "nowhere").exists()


def test_a_full_disk_leaves_no_half_notebook(tmp_path: Path) -> None:
    from kit.apps.notebooks.write import write_new

    with pytest.raises(TypeError):
        write_new(tmp_path, "x", ".ipynb", 7)  # type: ignore[arg-type]
    assert list(tmp_path.glob("x*")) == []


@pytest.mark.parametrize(
    ("name", "made"),
    [("../../x", "x"), (".hidden", "hidden"), ("", "notebook"), ("ü b/c", "ü-b-c"), ("x" * 300, "x" * 80)],
)
def test_names_are_made_safe(name: str, made: str) -> None:
    assert file_name(name) == made


def test_panels_are_those_of_the_kit() -> None:
    assert all(hasattr(kit, panel.name) and f"kit.{panel.name}(" in panel.code for panel in PANELS)
