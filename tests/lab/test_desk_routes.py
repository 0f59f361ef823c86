"""What the launcher, the file browser and the toolbar ask for: notebooks written, data looked at, apps published."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kit.jobs import start


def _valid(path: Path) -> Any:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def _code(path: Path) -> str:
    return "\n".join(cell.source for cell in _valid(path).cells if cell.cell_type == "code")


def _write(path: Path, *cells: str) -> Path:
    values = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(values, path)
    return path


@pytest.fixture
def rows(server: Any) -> Path:
    path: Path = server.root / "in" / "alerts.csv"
    path.parent.mkdir()
    lines = [f"note {i} of this account,{'yes' if i % 3 else 'no'},{i}" for i in range(40)]
    path.write_text("note,decision,n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_quickstart_is_the_first_template(server: Any) -> None:
    first = server.ask("GET", "templates").json["templates"][0]
    assert (first["name"], first["title"]) == ("00_quickstart", "Which alerts need a person?")
    assert first["description"].startswith("A payments team reads alerts all day")


def test_a_template_is_copied_and_never_over_another_file(server: Any) -> None:
    (server.root / "work").mkdir()
    paths = [server.ask("POST", "templates/00_quickstart/copy", {"folder": "work"}) for _n in range(2)]
    assert [answer.status for answer in paths] == [201, 201]
    assert [answer.json["path"] for answer in paths] == ["work/00_quickstart.ipynb", "work/00_quickstart-2.ipynb"]
    assert "kit.ModelPicker()" in _code(server.root / "work" / "00_quickstart-2.ipynb")


def test_a_folder_that_may_not_be_written_to(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.lab.refusal import body_of, status_of

    error = PermissionError(13, "Permission denied")
    assert status_of(error) == 403
    assert "Permission denied" in body_of(error, 403)["message"]
    assert status_of(OSError(28, "No space left on device")) == 507
    assert "log" in body_of(OSError(5, "Input/output error"), 500)["message"]


def test_panels_come_as_code_that_runs(server: Any, tmp_path: Path) -> None:
    panels = server.ask("GET", "panels").json["panels"]
    assert [panel["name"] for panel in panels] == [
        "ModelPicker",
        "DataPanel",
        "TunePanel",
        "SweepPanel",
        "ComparePanel",
        "Playground",
        "RunsPanel",
    ]
    program = "\n\n".join(panel["code"] for panel in panels)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_the_dialog_offers(server: Any) -> None:
    offered = server.ask("GET", "experiments").json
    assert [task["name"] for task in offered["tasks"]] == ["classify"]
    assert offered["goals"][0]["name"] == "balanced"
    assert [data["name"] for data in offered["data"]] == ["finance-alerts"]
    assert {".csv", ".jsonl", ".parquet"} <= set(offered["kinds"])


def test_data_is_looked_at(server: Any, rows: Path) -> None:
    seen = server.ask("POST", "data/check", {"path": "in/alerts.csv"}).json
    assert (seen["path"], seen["name"], seen["rows"], seen["usable"]) == ("in/alerts.csv", "alerts.csv", 40, True)
    assert seen["bytes"] == rows.stat().st_size
    assert seen["proposed"] == {"text": "note", "label": "decision"}
    assert seen["labels"] == [{"name": "yes", "rows": 26}, {"name": "no", "rows": 14}]
    assert seen["problems"] == []


def test_data_that_cannot_be_used_says_where(server: Any, rows: Path) -> None:
    with open(rows, "a", encoding="utf-8") as file:
        file.write("one more,,40\n")
    seen = server.ask("POST", "data/check", {"path": "in/alerts.csv"}).json
    assert not seen["usable"]
    (problem,) = seen["problems"]
    assert (problem["row"], problem["unit"], problem["field"]) == (42, "line", "decision")
    refused = server.ask(
        "POST", "experiments", {"data": "in/alerts.csv", "task": "classify", "goal": "balanced", "folder": ""}
    )
    assert refused.status == 422
    assert refused.json["message"] == problem["message"]
    assert list(server.root.glob("*.ipynb")) == []


def test_a_file_that_is_too_large_to_look_at(server: Any) -> None:
    with open(server.root / "huge.csv", "wb") as file:
        file.truncate(600_000_000)
    refused = server.ask("POST", "data/check", {"path": "huge.csv"})
    assert refused.status == 422
    assert "600 MB" in refused.json["message"]


def test_an_experiment_reads_its_data_from_where_it_lies(server: Any, rows: Path) -> None:
    (server.root / "work").mkdir()
    asked = {"data": "in/alerts.csv", "task": "classify", "goal": "first-look", "folder": "work"}
    made = server.ask("POST", "experiments", asked)
    assert (made.status, made.json["path"]) == (201, "work/alerts-experiment.ipynb")
    code = _code(server.root / "work" / "alerts-experiment.ipynb")
    assert "kit.load_data('../in/alerts.csv', text='note', label='decision', limit=200)" in code
    program = code.replace("limit=200", "limit=20")
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=server.root / "work"
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_run_becomes_a_notebook(server: Any) -> None:
    from tinywork import CountSpec

    run = start(CountSpec(steps=4)).wait(30)
    made = server.ask("POST", f"runs/{run.id}/notebook", {"folder": ""})
    assert made.status == 201
    code = _code(server.root / made.json["path"])
    assert "spec = kit.CountSpec(steps=4)" in code
    assert f"# run: {run.id}" in code


def test_runs_that_measured_nothing_are_not_compared(server: Any) -> None:
    from tinywork import CountSpec

    ids = [start(CountSpec(steps=1)).wait(30).id for _n in range(2)]
    refused = server.ask("POST", "runs/compare", {"ids": ids, "folder": ""})
    assert refused.status == 409
    assert list(server.root.iterdir()) == []


def test_a_notebook_is_looked_at_before_it_is_published(server: Any) -> None:
    _write(server.root / "app.ipynb", "import json", "password = 'correct-horse'\nopen('/home/me/rows.csv')")
    seen = server.ask("POST", "apps/check", {"path": "app.ipynb"}).json
    assert not seen["ok"]
    assert {(f["check"], f["cell"], f["line"]) for f in seen["findings"]} == {("secrets", 2, 1), ("paths", 2, 2)}
    assert {check["name"]: check["ok"] for check in seen["checks"]} == {
        "notebook": True, "secrets": False, "paths": False, "files": True, "imports": True,
    }  # fmt: skip
    assert "correct-horse" not in json.dumps(seen)


def test_a_notebook_is_published_by_a_run(server: Any) -> None:
    (server.root / "apps").mkdir()
    _write(server.root / "work" / "my app.ipynb", "rows = open('data/rows.txt').read()", "print(rows)")
    (server.root / "work" / "data").mkdir()
    (server.root / "work" / "data" / "rows.txt").write_text("one", encoding="utf-8")
    begun = server.ask("POST", "apps/publish", {"path": "work/my app.ipynb", "folder": "apps"})
    assert (begun.status, begun.json["run"]["kind"]) == (202, "publish")
    ended = server.wait(begun.json["run"]["id"], "finished", "failed")
    assert ended["state"] == "finished", ended["cause"]
    assert ended["bundle"] == "apps/my app-app"
    assert [check["name"] for check in ended["records"]["check"]] == [
        "notebook", "secrets", "paths", "files", "imports", "runs",
    ]  # fmt: skip
    assert ended["facts"]["ok"]
    assert {"Dockerfile", "README.md", "requirements.txt", "my app.ipynb", "data/rows.txt", "start.sh"} <= set(
        ended["facts"]["files"]
    )
    assert (server.root / "apps" / "my app-app" / "data" / "rows.txt").read_text(encoding="utf-8") == "one"


def test_a_notebook_that_fails_leaves_no_bundle(server: Any) -> None:
    _write(server.root / "app.ipynb", "1 + 1", "1 / 0")
    begun = server.ask("POST", "apps/publish", {"path": "app.ipynb", "folder": ""})
    ended = server.wait(begun.json["run"]["id"], "finished", "failed")
    assert ended["state"] == "failed"
    assert "cell 2: It stops here: ZeroDivisionError" in ended["cause"]
    assert [check["ok"] for check in ended["records"]["check"]] == [True] * 5 + [False]
    assert ended["bundle"] is None
    assert [path.name for path in server.root.iterdir()] == ["app.ipynb"]
