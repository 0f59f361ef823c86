"""From a notebook to a bundle: whole or not at all, and never without having run."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import kit
from kit.apps.publish.clean import Shown, run_clean
from kit.apps.publish.publish import publish
from kit.apps.publish.runs import copy_runs, named_runs, with_bases
from kit.apps.publish.source import read_notebook
from kit.errors import KitError, ParameterError, Stopped
from kit.jobs import Run
from kit.place import runs_folder
from kit.report import ListReport


def write(folder: Path, *cells: str, name: str = "app.ipynb") -> Path:
    made = [{"cell_type": "code", "id": f"c{n}", "metadata": {}, "outputs": [], "execution_count": None, "source": cell}
            for n, cell in enumerate(cells)]  # fmt: skip
    values = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(values), encoding="utf-8")
    return folder / name


def spec_of(notebook: Path, folder: Path, **more: Any) -> kit.PublishSpec:
    return kit.PublishSpec(notebook=str(notebook), folder=str(folder), **more)


def leave(letters: str, model: str = "m", *, over: bool = True) -> Run:
    folder = runs_folder() / f"20260101-000000-tune-{letters}"
    (folder / "artifacts" / "adapter").mkdir(parents=True)
    (folder / "artifacts" / "adapter" / "adapter_config.json").write_text("{}", encoding="utf-8")
    (folder / "spec.json").write_text(json.dumps({"spec": "x:TuneSpec", "model": model}), encoding="utf-8")
    (folder / "log.txt").write_text("/home/anna", encoding="utf-8")
    states = ["running", *(["finished"] if over else [])]
    events = [{"t": 1e9, "kind": "state", "state": state} for state in states]
    (folder / "events.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events), encoding="utf-8")
    about = {"created": 1e9, "cwd": "/home/anna", "origin": None, "notebook": "/home/anna/x.ipynb"}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return Run(folder)


def test_a_whole_bundle(tmp_path: Path) -> None:
    run = leave("aaaa")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "rows.txt").write_text("one\n", encoding="utf-8")
    notebook = write(
        tmp_path / "in",
        "import kit, os\nrows = open('rows.txt').read()",
        "open('written.txt', 'w').write(rows)\nassert 'voila' in os.environ['SERVER_SOFTWARE']",
        f"run = kit.find_run('{run.id}')",
    )
    out = tmp_path / "out"
    out.mkdir()
    report = ListReport(tmp_path)
    result = publish(spec_of(notebook, out), report)
    bundle = out / "app-app"
    assert result.facts["bundle"] == str(bundle)
    assert (bundle / "rows.txt").read_text(encoding="utf-8") == "one\n"
    assert not (bundle / "written.txt").exists()
    assert not (tmp_path / "in" / "written.txt").exists()
    copied = bundle / "tunebook-home" / "runs" / run.id
    assert Run(copied).status.state == "finished"
    assert (copied / "artifacts" / "adapter").is_dir()
    assert "anna" not in "".join(p.read_text(encoding="utf-8") for p in bundle.rglob("*") if p.suffix == ".json")
    assert not (copied / "log.txt").exists()
    assert result.facts["files"] == sorted(
        path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()
    )
    phases = [event["phase"] for event in report.events if event["kind"] == "progress"]
    assert list(dict.fromkeys(phases)) == ["checking", "assembling", "running cells", "writing"]
    assert [event["data"]["name"] for event in report.events if event["kind"] == "record"][-1] == "runs"
    assert list(out.iterdir()) == [bundle]


def test_a_second_bundle_gets_a_number(tmp_path: Path) -> None:
    notebook = write(tmp_path, "1 + 1")
    (tmp_path / "app-app").mkdir()
    (tmp_path / "app-app" / "mine.txt").write_text("mine", encoding="utf-8")
    result = publish(spec_of(notebook, tmp_path), ListReport(tmp_path))
    assert result.facts["bundle"] == str(tmp_path / "app-app-2")
    assert [path.name for path in (tmp_path / "app-app").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (("password = 'correct-horse'",), "cell 1, line 1: Here is a password"),
        (("1 / 0",), "cell 1: It stops here: ZeroDivisionError: division by zero"),
        (("import sys", "sys.exit(3)"), "SystemExit"),
        (("import os", "os.kill(os.getpid(), 9)"), "its kernel died"),
        (("input('name? ')",), "StdinNotImplementedError"),
        (("open('made-elsewhere.txt')",), "FileNotFoundError"),
    ],
)
def test_what_cannot_be_published_leaves_nothing(tmp_path: Path, cells: tuple[str, ...], problem: str) -> None:
    notebook = write(tmp_path, *cells)
    with pytest.raises(KitError) as raised:
        publish(spec_of(notebook, tmp_path), ListReport(tmp_path))
    assert problem in raised.value.problem
    assert raised.value.fix
    assert [path.name for path in tmp_path.iterdir()] == ["app.ipynb"]


def test_a_cell_that_takes_too_long(tmp_path: Path) -> None:
    notebook = write(tmp_path, "import time\ntime.sleep(60)")
    (finding,) = run_clean(notebook, ListReport(tmp_path), timeout_s=2)[0]
    assert "more than 2 s" in finding.message


def test_it_stops_within_a_long_cell(tmp_path: Path) -> None:
    notebook = write(tmp_path, "import time\nopen('begun', 'w')\ntime.sleep(60)")
    report = ListReport(tmp_path)

    def ask() -> None:
        until = time.monotonic() + 30
        while not (tmp_path / "begun").exists() and time.monotonic() < until:
            time.sleep(0.05)
        report.stop = True

    thread = threading.Thread(target=ask)
    thread.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        run_clean(notebook, report, timeout_s=60)
    thread.join()
    assert time.monotonic() - began < 30


def test_runs_behind_panels_are_found(tmp_path: Path) -> None:
    run = leave("bbbb")
    notebook = write(
        tmp_path,
        "import types, kit",
        f"panel = types.SimpleNamespace(desk=types.SimpleNamespace(run=kit.find_run('{run.id}')))",
    )
    assert run_clean(notebook, ListReport(tmp_path), timeout_s=60) == ([], Shown((run.id,)))
    listed = write(tmp_path, "import kit", "several = kit.runs()")
    assert run_clean(listed, ListReport(tmp_path), timeout_s=60) == ([], Shown((run.id,)))


def test_a_run_comes_with_the_one_whose_model_it_used(tmp_path: Path) -> None:
    base = leave("aaaa")
    tuned = leave("bbbb", f"run:{base.id}")
    going = leave("cccc", over=False)
    source = read_notebook(write(tmp_path, f"x = 'run:{tuned.id}'", f"# {going.id}", "y = '20200101-000000-tune-none'"))
    assert named_runs(source) == [tuned.id, going.id]
    assert with_bases(named_runs(source)) == [tuned.id, going.id, base.id]
    (tmp_path / "bundle").mkdir()
    notes = copy_runs([tuned.id, base.id], tmp_path / "bundle")
    assert notes == []
    assert {path.name for path in (tmp_path / "bundle" / "tunebook-home" / "runs").iterdir()} == {base.id, tuned.id}


@pytest.mark.parametrize("changes", [{"name": "../x"}, {"name": ".x"}, {"name": "a/b"}, {"timeout_s": 0.0}])
def test_a_spec_that_makes_no_sense(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        spec_of(tmp_path / "app.ipynb", tmp_path, **changes)


def test_what_is_not_there_is_told_before_anything_begins(tmp_path: Path) -> None:
    notebook = write(tmp_path, "1 + 1")
    for wrong in (
        spec_of(tmp_path / "no.ipynb", tmp_path),
        spec_of(tmp_path, tmp_path),
        spec_of(notebook, tmp_path / "no"),
    ):
        with pytest.raises(ParameterError):
            wrong.look_ahead()
    spec_of(notebook, tmp_path).look_ahead()
