"""What a case has measured goes into the bundle and is shown there, at another place, without starting anything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import kit
from kit.apps.publish.publish import publish
from kit.report import ListReport
from kit.verticals import finance, medical

_ROWS = [
    {"text": f"{('Profit', 'Loss')[i % 2]} of {('a bank', 'the fund', 'an insurer')[i % 3]} in week {i}",
     "label": ("up", "down")[i % 2]} for i in range(60)
]  # fmt: skip
_SHOWN = """
import json, sys
sys.path.insert(0, "")
from kit.verticals import {vertical} as vertical
case = vertical.case({arguments}, quick=True)
told = [getattr(case, step)() for step in {steps}]
print(json.dumps([[str(each), each.missing] for each in told]))
"""


def write(folder: Path, *cells: str) -> Path:
    """Write a notebook of these cells."""
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), folder / "app.ipynb")
    return folder / "app.ipynb"


def _elsewhere(bundle: Path, vertical: str, arguments: str, steps: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Return what an app at another place shows of each step, and whether it was missing."""
    environment = {**os.environ, "TUNEBOOK_HOME": str(bundle / "tunebook-home"), "SERVER_SOFTWARE": "voila/0.5"}
    code = _SHOWN.format(vertical=vertical, arguments=arguments, steps=steps)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=bundle, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [tuple(each) for each in json.loads(done.stdout.splitlines()[-1])]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder for bundles."""
    made = tmp_path / "out"
    made.mkdir()
    return made


def test_own_rows_are_shown_elsewhere(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "news_train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in _ROWS))
    monkeypatch.chdir(tmp_path / "in")
    case = finance.case("news_train.jsonl", quick=True)
    shown = [str(case.clean()), str(case.baseline())]
    (case.folder / "decisions.jsonl").write_text('{"alert": "1"}\n')
    notebook = write(
        tmp_path / "in",
        "from kit.verticals import finance",
        "case = finance.case('news_train.jsonl', quick=True)",
        "case.clean(), case.baseline()",
    )
    result = publish(kit.PublishSpec(notebook=str(notebook), folder=str(out)), ListReport(tmp_path))
    bundle = Path(result.facts["bundle"])
    said = [finding["message"] for finding in result.facts["findings"]]
    assert any("news_train.jsonl goes into the bundle as it is" in each for each in said)
    assert any("prepared rows come along" in each for each in said)
    assert "decisions.jsonl" not in {Path(each).name for each in result.facts["files"]}
    held = [path.read_text() for path in (bundle / "tunebook-home").rglob("*.json*")]
    assert held
    assert not [text for text in held if str(kit.place.home()) in text]

    moved = Path(shutil.move(bundle, tmp_path / "moved"))
    shutil.rmtree(kit.place.home())  # nothing is left of where it was made
    found = _elsewhere(moved, "finance", "'news_train.jsonl'", ("clean", "baseline", "tune"))
    assert [told for told, _missing in found[:2]] == shown
    assert [missing for _told, missing in found] == [False, False, True]
    other = _elsewhere(moved, "finance", "'news_train.jsonl', minutes=3", ("baseline",))
    assert other[0][1]  # another question was asked: nothing is known of it


def test_bundled_rows_are_shown_elsewhere(tmp_path: Path, out: Path) -> None:
    case = medical.case(quick=True)
    shown = [str(case.clean()), str(case.sides())]
    notebook = write(
        tmp_path / "in", "from kit.verticals import medical", "case = medical.case(quick=True)", "case.sides()"
    )
    result = publish(kit.PublishSpec(notebook=str(notebook), folder=str(out)), ListReport(tmp_path))
    moved = Path(shutil.move(result.facts["bundle"], tmp_path / "moved"))
    shutil.rmtree(kit.place.home())
    assert [told for told, _missing in _elsewhere(moved, "medical", "''", ("clean", "sides"))] == shown


def test_transfers_of_a_file_are_shown_elsewhere(tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    lines = ["time,sender,payee,amount,device,label"]
    for n in range(600):
        fraud, odd = n % 9 == 0, n % 9 in (0, 4)
        payee, device = (f"new{n}", "shared" if fraud else f"d{n}") if odd else (f"shop{n % 7}", f"d{n % 40}")
        when = f"2026-{1 + n // 200:02d}-{1 + n // 10 % 20:02d}T{3 if odd else 12:02d}:{n % 60:02d}"
        lines.append(f"{when},acc{n % 40},{payee},{5000 + n if odd else 20 + n % 50},{device},{int(fraud)}")
    (tmp_path / "in" / "transfers.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path / "in")
    case = finance.case("transfers.csv", quick=True)
    shown = [str(case.transfers()), str(case.rules()), str(case.baseline())]
    notebook = write(
        tmp_path / "in",
        "from kit.verticals import finance",
        "case = finance.case('transfers.csv', quick=True)",
    )
    result = publish(kit.PublishSpec(notebook=str(notebook), folder=str(out)), ListReport(tmp_path))
    assert any(each.endswith("transfers-quick/queue.json") for each in result.facts["files"])
    moved = Path(shutil.move(result.facts["bundle"], tmp_path / "moved"))
    shutil.rmtree(kit.place.home())
    found = _elsewhere(moved, "finance", "'transfers.csv'", ("transfers", "rules", "baseline"))
    assert [told for told, _missing in found] == shown
