"""``tunebook publish`` in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.cli import main
from kit.jobs import runs


def _write(folder: Path, *cells: str) -> Path:
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    made = [{**empty, "id": f"c{place}", "source": cell} for place, cell in enumerate(cells)]
    path = folder / "app.ipynb"
    values = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def test_it_writes_a_bundle_and_prints_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = _write(tmp_path, "1 + 1")
    assert main(["publish", str(notebook), "--folder", str(tmp_path), "--name", "mine"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "mine")
    assert (tmp_path / "mine" / "Dockerfile").exists()
    assert [run.status.state for run in runs(kind="publish")] == ["finished"]


def test_all_that_is_wrong_is_told_and_no_run_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook = _write(tmp_path, "password = 'correct-horse'", "open('/home/anna/x')")
    assert main(["publish", str(notebook), "--folder", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "cell 1, line 1" in told
    assert "cell 2, line 1" in told
    assert runs() == []


def test_a_notebook_that_does_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", str(_write(tmp_path, "1 / 0")), "--folder", str(tmp_path)]) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_no_notebook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", str(tmp_path / "no.ipynb")]) == 2
    assert "no.ipynb" in capsys.readouterr().err
