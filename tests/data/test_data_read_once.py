"""Rows that nobody has changed are read once, however often a spec asks for them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec, load, open_data
from kit.errors import ParameterError


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every source that was really read."""
    load._read_once.cache_clear()
    seen: list[str] = []
    real: Callable[..., Any] = load.read_rows

    def noted(spec: DataSpec) -> Any:
        seen.append(spec.source)
        return real(spec)

    monkeypatch.setattr(load, "read_rows", noted)
    return seen


def _write(path: Path, rows: str, *, age_s: float = 60) -> DataSpec:
    path.write_text("text,label\n" + rows, encoding="utf-8")
    then = time.time() - age_s
    os.utime(path, (then, then))
    return DataSpec(source=str(path))


def test_a_file_is_read_once(tmp_path: Path, read: list[str]) -> None:
    spec = _write(tmp_path / "a.csv", "one,up\ntwo,down\n")
    assert open_data(spec) is open_data(DataSpec.from_dict(spec.to_dict()))
    assert len(read) == 1
    assert open_data(spec.replace(limit=2, seed=3)).texts == ("one", "two")
    assert len(read) == 2


def test_a_bundled_dataset_is_made_once(read: list[str]) -> None:
    for _ in range(3):
        open_data(DataSpec(source="finance-alerts", limit=9))
    assert read == ["finance-alerts"]


@pytest.mark.parametrize("age_s", [60, 59, 0, -60])
def test_a_changed_file_is_read_again(tmp_path: Path, read: list[str], age_s: float) -> None:
    spec = _write(tmp_path / "a.csv", "one,up\ntwo,down\n", age_s=60)
    assert open_data(spec).texts == ("one", "two")
    _write(tmp_path / "new.csv", "uno,up\ndue,down\n", age_s=age_s)
    os.replace(tmp_path / "new.csv", tmp_path / "a.csv")
    assert open_data(spec).texts == ("uno", "due")


def test_a_file_that_was_just_written_is_not_trusted(tmp_path: Path, read: list[str]) -> None:
    """On a file system with coarse times, a second change would leave no trace."""
    for age_s in (0, -60):  # a clock that was set back leaves times in the future
        spec = _write(tmp_path / "a.csv", "one,up\ntwo,down\n", age_s=age_s)
        open_data(spec)
        stat = os.stat(tmp_path / "a.csv")
        with open(tmp_path / "a.csv", "r+", encoding="utf-8") as file:
            file.write("text,label\nuno,up\ndue,down\n")
        os.utime(tmp_path / "a.csv", ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert open_data(spec).texts == ("uno", "due")


def test_a_path_is_seen_from_the_current_folder(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        _write(tmp_path / name / "a.csv", f"{name},up\ntwo,down\n")
    for name in ("here", "there"):
        monkeypatch.chdir(tmp_path / name)
        assert open_data(DataSpec(source="a.csv")).texts[0] == name


def test_an_error_is_told_each_time(tmp_path: Path, read: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(ParameterError, match="exists"):
            open_data(DataSpec(source=str(tmp_path / "none.csv")))
    spec = _write(tmp_path / "none.csv", "one,up\ntwo,down\n")
    assert len(open_data(spec)) == 2
