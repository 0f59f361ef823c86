"""The list of runs behind the routes: who has ended is told once, and a curve keeps its shape in few points."""

from __future__ import annotations

import json
import math
import os
import shutil
import time
from pathlib import Path

import pytest

from kit.errors import ParameterError, RunNotFoundError
from kit.jobs import Run, restore
from kit.jobs.process import write_identity
from kit.lab.body import read_body
from kit.lab.curve import SPARK, spark, thinned
from kit.lab.data import check_data
from kit.lab.log import stretch
from kit.lab.refusal import Refused
from kit.lab.root import Root
from kit.lab.runs import RunBook
from kit.place import runs_folder


def begin(letters: str) -> Run:
    """Leave a run that lives: this process is said to be it."""
    folder = runs_folder() / f"20260101-000000-tune-{letters}"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text('{"spec": "x:TuneSpec"}', encoding="utf-8")
    (folder / "events.jsonl").write_text("", encoding="utf-8")
    say(folder, "running")
    write_identity(folder, os.getpid())
    about = {"created": time.time(), "cwd": "/", "origin": None}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return Run(folder)


def say(folder: Path, state: str) -> None:
    with open(folder / "events.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps({"t": time.time(), "kind": "state", "state": state, "cause": "", "fix": ""}) + "\n")


@pytest.fixture
def book(tmp_path: Path) -> RunBook:
    return RunBook(Root(tmp_path))


def test_an_end_is_told_once(book: RunBook) -> None:
    run = begin("aaaa")
    assert book.ended() == []
    say(run.folder, "finished")
    assert [each.id for each in book.ended()] == [run.id]
    assert book.ended() == []


def test_a_run_that_began_and_ended_between_two_looks_is_told(book: RunBook) -> None:
    assert book.ended() == []
    say(begin("aaaa").folder, "failed")
    assert [each.state for each in book.ended()] == ["failed"]
    assert book.ended() == []


def test_what_ended_before_the_server_began_is_not_told(tmp_path: Path) -> None:
    say(begin("aaaa").folder, "finished")
    time.sleep(0.01)
    assert RunBook(Root(tmp_path)).ended() == []


def test_a_resumed_run_is_told_again(book: RunBook) -> None:
    run = begin("aaaa")
    book.ended()
    say(run.folder, "stopped")
    assert len(book.ended()) == 1
    say(run.folder, "starting")
    say(run.folder, "running")
    assert book.ended() == []
    say(run.folder, "finished")
    assert [each.state for each in book.ended()] == ["finished"]


def test_a_run_from_the_trash_is_no_news(book: RunBook) -> None:
    run = begin("aaaa")
    book.ended()
    say(run.folder, "finished")
    assert len(book.ended()) == 1
    book.delete(run.id)
    assert book.ended() == []
    restore(run.id)
    told = book.ended()
    assert [each.id for each in told] in ([], [run.id])  # it ended while this server was up: told again at most once
    assert book.ended() == []


def test_who_is_not_there(book: RunBook) -> None:
    for name in ("", "..", "20260101", "/etc"):
        with pytest.raises(RunNotFoundError):
            book.open(name)


def test_a_short_curve_stays_as_it_is() -> None:
    assert thinned([(0, 1.0), (5, 0.123456)], 60) == [[0, 1.0], [5, 0.1235]]
    assert thinned([], 60) == []


@pytest.mark.parametrize("n", [61, 100, 12_345])
def test_a_long_curve_keeps_its_ends_and_its_mean(n: int) -> None:
    curve = [(step, math.sin(step / n * 6)) for step in range(n)]
    points = thinned(curve, SPARK)
    assert len(points) == SPARK
    assert (points[0][0], points[-1][0]) == (0, n - 1)
    assert [step for step, _value in points] == sorted({step for step, _value in points})
    worst = max(abs(value - math.sin(step / n * 6)) for step, value in points)
    assert worst < 0.06


def test_numbers_that_are_none_are_left_out() -> None:
    assert thinned([(0, 1.0), (1, math.nan), (2, math.inf), (3, 2.0)], 60) == [[0, 1.0], [3, 2.0]]


def test_the_loss_tells_most() -> None:
    one = [(0, 1.0), (1, 2.0)]
    assert spark({"x": one, "validation_loss": one, "bf16/loss": one}) == {
        "name": "bf16/loss",
        "points": [[0, 1.0], [1, 2.0]],
    }
    assert spark({"x": one, "loss": one[:1]}) == {"name": "x", "points": [[0, 1.0], [1, 2.0]]}
    assert spark({"loss": one[:1]}) is None
    assert spark({}) is None


def test_half_a_character_waits_while_a_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes("aé".encode()[:-1])
    assert stretch(path, offset=0, limit=100, over=False) == {
        "text": "a", "offset": 0, "next": 1, "bytes": 2, "over": False,
    }  # fmt: skip
    assert stretch(path, offset=1, limit=100, over=True)["text"] == "\N{REPLACEMENT CHARACTER}"


def test_bytes_that_are_no_text_do_not_hold_a_reader_up(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(bytes(range(256)) * 8)
    offset = steps = 0
    while offset < 2048:
        offset = stretch(path, offset=offset, limit=16, over=True)["next"]
        steps += 1
        assert steps < 300


@pytest.mark.parametrize("path", ["..", "a/../..", ".x", "a/.x/b", "/etc", "//x", "linked/x", "a\\..\\b/../../c"])
def test_nothing_leads_out_of_the_root(tmp_path: Path, path: str) -> None:
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "root" / "linked").symlink_to(tmp_path)
    with pytest.raises(Refused) as raised:
        Root(tmp_path / "root").within(path)
    assert raised.value.status == 403


def test_paths_inside_the_root(tmp_path: Path) -> None:
    root = Root(tmp_path)
    (tmp_path / "a b" / "ü").mkdir(parents=True)
    assert root.within("") == root.within("./") == root.folder
    assert root.within("a b//ü/") == root.folder / "a b" / "ü"
    assert root.relative(tmp_path / "a b" / "ü") == "a b/ü"
    assert root.relative(tmp_path) == ""
    for outside in (tmp_path.parent, "a b", "", None, tmp_path / ".hidden" / "x"):
        assert root.relative(outside) is None


def test_files_beside_data_are_no_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rows.csv").write_text("text,label\na,x\nb,y\n", encoding="utf-8")
    (tmp_path / "csv.py").write_text("raise SystemExit(3)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert check_data(Root(tmp_path), "rows.csv")["rows"] == 2


def test_a_reader_that_dies_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rows.csv").write_text("text,label\na,x\nb,y\n", encoding="utf-8")
    monkeypatch.setattr("kit.lab.data.sys.executable", shutil.which("false"))
    with pytest.raises(Refused, match="code 1") as raised:
        check_data(Root(tmp_path), "rows.csv")
    assert raised.value.status == 422


def test_a_body_is_read_by_its_fields() -> None:
    fields = {"a": "text", "b": "text?", "c": "flag?", "d": "texts"}
    assert read_body(b'{"a": "x", "d": ["y"]}', fields) == {"a": "x", "b": "", "c": False, "d": ["y"]}  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="folder"):
        read_body(b'{"foldr": ""}', {"folder": "text"})
