"""Everything that is found in a notebook without running it: places, files, packages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit.apps.publish.check import look_at
from kit.apps.publish.finding import Finding, report_of
from kit.apps.publish.imports import needed
from kit.apps.publish.paths import is_private
from kit.apps.publish.source import read_notebook
from kit.errors import KitError


def write(folder: Path, *cells: str, kind: str = "code", name: str = "app.ipynb", **metadata: object) -> Path:
    made = [{"cell_type": kind, "metadata": {}, "source": cell} for cell in cells]
    values = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def found(path: Path, check: str) -> list[Finding]:
    return [f for each in look_at(path).checks for f in each.findings if f.check == check]


@pytest.mark.parametrize(
    "cell",
    [
        "open('/home/anna/rows.csv')",
        "open('/Users/anna/rows.csv')",
        "x = '/tmp/rows.csv'",
        "x = '~/rows.csv'",
        r"x = 'C:\\Users\\anna\\rows.csv'",
        "x = r'\\\\server\\share'",
        "x = 'file:///rows.csv'",
        "load('/" + "root/x')",
        "%cd /home/anna/work",
        "!cp /home/anna/x.csv .",
    ],
)
def test_places_of_this_machine_are_errors(tmp_path: Path, cell: str) -> None:
    (finding,) = found(write(tmp_path, "import os", cell), "paths")
    assert (finding.level, finding.cell, finding.line) == ("error", 2, 1)


@pytest.mark.parametrize(
    "cell",
    [
        "get('/api/v1/runs')",
        "x = 'https://example.org/home/x'",
        "x = 'data/rows.csv'",
        "x = '/'",
        "x = 'a / b / c'",
        "x = '/dev/null'",
        "x = '~'",
        "print('5/7/2026')",
    ],
)
def test_other_texts_are_no_places(tmp_path: Path, cell: str) -> None:
    assert found(write(tmp_path, cell), "paths") == []


def test_a_place_that_exists_is_one_whatever_it_is_called(tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    assert is_private(str(odd))
    assert not is_private("/nobody/has/this")


def test_places_in_text_are_warnings(tmp_path: Path) -> None:
    path = write(tmp_path, "The rows are in `/home/anna/rows.csv`.", kind="markdown")
    assert [finding.level for finding in found(path, "paths")] == ["warning"]


def test_files_that_the_code_names_come_along(tmp_path: Path) -> None:
    for name in (
        "rows.csv",
        "data/more.csv",
        "pics/a/b.png",
        "helper.py",
        "pack/__init__.py",
        "pack/x.py",
        "unused.csv",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "pics" / ".hidden").write_text("x", encoding="utf-8")
    path = write(
        tmp_path, "import helper, json\nfrom pack.x import y\nopen('rows.csv'); open('./data/more.csv'); f('pics/')"
    )
    looked = look_at(path)
    assert set(looked.files) == {
        "rows.csv", "data/more.csv", "pics/a/b.png", "helper.py", "pack/__init__.py", "pack/x.py",
    }  # fmt: skip
    assert looked.errors == []


def test_files_elsewhere_do_not_come_along(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("x", encoding="utf-8")
    path = write(tmp_path / "work", "open('../rows.csv')")
    (finding,) = found(path, "files")
    assert finding.level == "error"
    (tmp_path / "work" / "link.csv").symlink_to(tmp_path / "rows.csv")
    assert len(found(write(tmp_path / "work", "open('link.csv')"), "files")) == 1
    assert found(write(tmp_path / "work", "open('..'); open('../nothing.csv')"), "files") == []


def test_hidden_files_and_their_secrets(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PASSWORD=x", encoding="utf-8")
    (tmp_path / "keys.txt").write_text("ghp_" + "aB3dE6" * 6, encoding="utf-8")
    path = write(tmp_path, "load('.env')", "open('keys.txt')")
    assert [finding.cell for finding in found(path, "files")] == [1]
    assert len(found(path, "secrets")) == 1
    assert ".env" not in look_at(path).files


def test_too_much_data(tmp_path: Path) -> None:
    with open(tmp_path / "huge.bin", "wb") as file:
        file.truncate(600_000_000)
    (finding,) = found(write(tmp_path, "open('huge.bin')"), "files")
    assert "600 MB" in finding.message


def test_packages_by_what_is_imported(tmp_path: Path) -> None:
    cells = (
        "import os, yaml\nimport numpy as np",
        "from sklearn.metrics import f1_score\nfrom . import x",
        "%pip install -q psutil nobody-has-this",
        "import nothing_of_this_name",
    )
    names, findings = needed(read_notebook(write(tmp_path, *cells)))
    assert set(names) == {"PyYAML", "numpy", "scikit-learn", "psutil"}
    assert [(finding.cell, finding.line) for finding in findings] == [(4, 1)]


def test_what_is_no_python_notebook(tmp_path: Path) -> None:
    assert found(write(tmp_path, "text", kind="markdown"), "notebook")[0].level == "error"
    other = write(tmp_path, "1 + 1", kernelspec={"language": "R", "name": "ir"})
    assert "R, not Python" in found(other, "notebook")[0].message
    odd = write(tmp_path, "%%bash\nls", "1 +")
    assert [(f.level, f.cell) for f in found(odd, "notebook")] == [("warning", 1), ("warning", 2)]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"nbformat": 3, "worksheets": []}', '{"cells": [1], "nbformat": 4}', "[" * 99999]
)
def test_what_is_no_notebook_at_all(tmp_path: Path, text: str) -> None:
    path = tmp_path / "app.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KitError, match=r"app\.ipynb"):
        look_at(path)


def test_the_looks_as_plain_values(tmp_path: Path) -> None:
    values = report_of(look_at(write(tmp_path, "x = '/home/anna/x'")).checks)
    assert not values["ok"]
    assert [check["name"] for check in values["checks"]] == ["notebook", "secrets", "paths", "files", "imports"]
    assert json.loads(json.dumps(values)) == values
