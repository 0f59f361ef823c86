"""Deleting runs: to a trash, whole, and back."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from kit.errors import KitError, ParameterError, RunNotFoundError
from kit.jobs import Run, empty_trash, process, restore, run_here, runs, trashed
from kit.jobs.process import write_identity
from kit.jobs.start import create_run
from kit.jobs.trash import trash_folder
from kit.spec import Spec


def _count() -> Spec:
    from tinywork import CountSpec

    return CountSpec(steps=3)


def files(run: Run) -> dict[str, bytes]:
    """Return every file of a run, by its path in it."""
    return {str(p.relative_to(run.folder)): p.read_bytes() for p in run.folder.rglob("*") if p.is_file()}


def aged(run: Run, days: float) -> None:
    """Let a run in the trash have been deleted so long ago."""
    note = trash_folder() / run.id / "deleted.json"
    note.write_text(json.dumps({"deleted": time.time() - days * 86_400}), encoding="utf-8")


def test_a_deleted_run_comes_back_whole() -> None:
    run, kept = run_here(_count()), run_here(_count())
    before = files(run)
    run.delete()
    assert runs() == [kept]
    assert [each.id for each in trashed()] == [run.id]
    assert trashed()[0].result.status == "finished"  # it can be read where it lies
    back = restore(run.id)
    assert back == run
    assert files(back) == before
    assert back.status.state == "finished"
    assert trashed() == []
    assert len(runs()) == 2


@pytest.mark.parametrize("name", ["events.jsonl", "summary.json", "spec.json"])
def test_a_damaged_run_can_be_deleted_too(name: str) -> None:
    run = run_here(_count())
    (run.folder / name).write_text("\0", encoding="utf-8")
    (run.folder / "process.json").write_text('{"pid": 1, "created": 0}', encoding="utf-8")  # gone
    run.delete()
    assert runs() == []


def test_a_living_run_is_refused() -> None:
    run = create_run(_count())
    write_identity(run.folder, os.getpid())
    with pytest.raises(KitError, match="is not over") as caught:
        run.delete()
    assert "run.stop()" in caught.value.fix
    assert runs() == [run]
    assert trashed() == []


def test_a_run_that_is_taken_up_in_the_same_moment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_here(_count())
    before = set(files(run))
    seen = iter([{"pid": 1.0, "created": 1.0}, {"pid": 2.0, "created": 2.0}])
    monkeypatch.setattr(process, "read_identity", lambda folder: next(seen, None))
    with pytest.raises(KitError, match="is not over"):
        run.delete()
    assert set(files(run)) - before == {"deleted.json"}
    assert runs() == [run]


def test_nothing_is_overwritten() -> None:
    run = run_here(_count())
    (trash_folder() / run.id).mkdir(parents=True)
    with pytest.raises(KitError, match="cannot be moved"):
        run.delete()
    assert runs() == [run]
    (trash_folder() / run.id).rmdir()
    run.delete()
    run.folder.mkdir()
    with pytest.raises(KitError, match="is there already"):
        restore(run.id)
    assert [each.id for each in trashed()] == [run.id]


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    run = run_here(_count())
    monkeypatch.setattr("pathlib.Path.write_text", refuse)
    with pytest.raises(KitError, match="Permission denied"):
        run.delete()
    assert runs() == [run]


@pytest.mark.parametrize("name", ["", ".", "..", "../runs", "nothing"])
def test_what_is_not_in_the_trash_is_told(name: str) -> None:
    with pytest.raises(RunNotFoundError, match="not in the trash") as caught:
        restore(name)
    assert "empty" in caught.value.fix
    run = run_here(_count())
    run.delete()
    with pytest.raises(RunNotFoundError) as caught:
        restore(name)
    assert run.id in caught.value.fix


def test_only_what_was_deleted_long_ago_is_removed() -> None:
    old, new = run_here(_count()), run_here(_count())
    for run in (old, new):
        run.delete()
    aged(old, 31)
    aged(new, 29)
    assert [run.id for run in trashed()] == [new.id, old.id]
    assert empty_trash() == 1
    assert [run.id for run in trashed()] == [new.id]
    assert empty_trash(older_than_days=0) == 1
    assert list(trash_folder().iterdir()) == []
    assert empty_trash() == 0


def test_what_was_begun_to_be_removed_is_finished_and_never_restored() -> None:
    run = run_here(_count())
    run.delete()
    half = trash_folder() / f".going-{run.id}"
    (trash_folder() / run.id).rename(half)
    assert trashed() == []
    empty_trash()
    assert not half.exists()


def test_without_its_note_the_time_of_the_move_counts() -> None:
    run = run_here(_count())
    run.delete()
    (trash_folder() / run.id / "deleted.json").unlink()
    assert empty_trash(older_than_days=1) == 0
    assert empty_trash(older_than_days=0) == 1


@pytest.mark.parametrize("wrong", [-1, "30", None, True, float("nan")])
def test_a_wrong_age_is_told(wrong: Any) -> None:
    with pytest.raises(ParameterError, match="older_than_days="):
        empty_trash(wrong)


def test_before_anything_was_deleted_there_is_no_trash(tmp_path: Path) -> None:
    assert trashed() == []
    assert empty_trash() == 0
