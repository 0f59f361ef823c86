"""Every notebook runs from a clean kernel, in quick mode, as in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MADE = {  # kinds of runs
    "00_quickstart": ["sweep", "tune"],
    "01_measure_and_compare": ["evaluate", "sweep"],
    "02_choose_a_model": ["auto"],
    "03_tune_a_model": ["findrate", "tune", "tune"],
    "04_quantization_lab": ["sweep", "sweep"],
    "05_data_gate": ["clean", "gate", "gate"],
    "finance": ["baseline", "evaluate", "evaluate", "prepare", "study", "sweep", "tune", "write"],
    "manufacturing": [*["baseline"] * 2, *["evaluate"] * 4, "prepare", "sweep", "tune"],
    "medical": ["baseline", *["evaluate"] * 4, "fewer", "prepare", "sweep", *["tune"] * 2],
}
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS[0].name == "00_quickstart.ipynb"


@pytest.mark.slow
@each_notebook
def test_it_runs(path: Path, real_cache: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "TUNEBOOK_QUICK": "1", "TUNEBOOK_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "pytest", "--nbmake", "--nbmake-timeout=1200", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, str(path)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "1 passed" in done.stdout
    made = sorted(run.name.split("-")[2] for run in (tmp_path / "home" / "runs").iterdir())
    assert made == MADE[path.stem]


@each_notebook
def test_it_is_committed_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@each_notebook
def test_its_cells_hold_no_logic(path: Path) -> None:
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert not [source for source in cells if "def " in source or "class " in source]
