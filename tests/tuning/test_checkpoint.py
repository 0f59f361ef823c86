"""Checkpoints that are damaged, gone, or of something else are passed over, and it is said which and why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tinytuning import Whole, assert_equal_weights, breakable_spec, checkpoints, curves, messages, stopped

from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.checkpoint import Checkpoint, CheckpointFiles, Unusable
from kit.tuning.tune import tune


@pytest.fixture
def stopped_at_six(asked: TuneSpec, tmp_path: Path) -> ListReport:
    """Stop a tuning after step 6; it has checkpoints of steps 4 and 6."""
    return stopped(asked, tmp_path / "run", 6)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _turn_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1000] ^= 4
    path.write_bytes(data)


def _alter_the_notes(path: Path) -> None:
    data = path.read_bytes()
    altered = data.replace(b'\\"peak_mib\\": ', b'\\"peak_mib\\": 9')
    assert altered != data
    path.write_bytes(altered)


def _be_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [_cut, _empty, _turn_a_bit, _alter_the_notes, _be_a_folder])
def test_a_damaged_one_falls_back_to_the_one_before(
    asked: TuneSpec, whole: Whole, stopped_at_six: ListReport, damage: Callable[[Path], None]
) -> None:
    folder = stopped_at_six.folder
    newest = checkpoints(folder)[-1]
    damage(newest)
    second = ListReport(folder)
    assert tune(asked, second).facts["resumed_at"] == [4]
    passed_over, going_on = (text for text in messages(second) if "passed over" in text or "Going on" in text)
    assert newest.name in passed_over
    assert "damaged" in passed_over
    assert going_on == "Going on from step 4 of 13."
    assert curves(stopped_at_six, second) == curves(whole.report)
    assert_equal_weights(whole.report.folder, folder)


def test_a_deleted_one_falls_back_to_the_one_before(asked: TuneSpec, stopped_at_six: ListReport) -> None:
    checkpoints(stopped_at_six.folder)[-1].unlink()
    assert tune(asked, ListReport(stopped_at_six.folder)).facts["resumed_at"] == [4]


def test_one_deleted_while_it_trains_is_written_at_the_stop(asked: TuneSpec, tmp_path: Path) -> None:
    class DeletesAndStops(ListReport):
        def emit(self, event: dict[str, object]) -> None:
            super().emit(event)
            if event["kind"] == "artifact" and not self.stop:  # after the evaluation of step 4 and its checkpoint
                shutil.rmtree(self.folder / "checkpoint")
                self.stop = True

    assert tune(asked, DeletesAndStops(tmp_path)).metrics["steps"] == 4
    assert tune(asked, ListReport(tmp_path)).facts["resumed_at"] == [4]


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "damaged"])
def test_without_a_usable_one_it_begins_again(
    asked: TuneSpec, whole: Whole, stopped_at_six: ListReport, gone: bool
) -> None:
    if gone:
        shutil.rmtree(stopped_at_six.folder / "checkpoint")
    else:
        for path in checkpoints(stopped_at_six.folder):
            _empty(path)
    second = ListReport(stopped_at_six.folder)
    assert tune(asked, second).facts["resumed_at"] == []
    assert curves(second) == curves(whole.report)
    assert sum("passed over" in text for text in messages(second)) == (0 if gone else 2)
    assert any("begins again" in text for text in messages(second)) is not gone


def test_other_rows_under_the_same_name_are_noticed(tiny_model: Path, tmp_path: Path) -> None:
    asked = breakable_spec(tiny_model, tmp_path)
    stopped(asked, tmp_path / "run", 6)
    rows = Path(asked.data.source)
    rows.write_text(rows.read_text(encoding="utf-8").replace("share", "price"), encoding="utf-8")
    second = ListReport(tmp_path / "run")
    assert tune(asked, second).facts["resumed_at"] == []
    passed_over = [text for text in messages(second) if "passed over" in text]
    assert len(passed_over) == 2
    assert all("data_hash" in text for text in passed_over)


def _as_if_of(other: TuneSpec, asked: TuneSpec, folder: Path) -> None:
    for path in checkpoints(folder):
        path.rename(path.with_name(path.name.replace(asked.key, other.key)))


def test_another_adapter_is_noticed(asked: TuneSpec, stopped_at_six: ListReport) -> None:
    other = asked.replace(rank=8)
    _as_if_of(other, asked, stopped_at_six.folder)
    second = ListReport(stopped_at_six.folder)
    assert tune(other, second).facts["resumed_at"] == []
    assert "another model or adapter" in " ".join(messages(second))


def test_another_precision_is_told(asked: TuneSpec, stopped_at_six: ListReport) -> None:
    """As when a run that began on a machine that multiplies bf16 numbers goes on where they are not."""
    other = asked.replace(precision="bf16")
    _as_if_of(other, asked, stopped_at_six.folder)
    second = ListReport(stopped_at_six.folder)
    assert tune(other, second).facts["resumed_at"] == [6]
    told = [text for text in messages(second) if "precision" in text]
    assert len(told) == 1
    assert "bfloat16; it was float32" in told[0]


def test_a_file_holds_what_was_put_in(tmp_path: Path) -> None:
    files = CheckpointFiles(tmp_path / "checkpoint", "key")
    tensors = {
        "a/b": torch.randn(3, 4).t(),  # not contiguous
        "step": torch.tensor(7.0),
        "none": torch.empty(0, 5),
        "half": torch.randn(5).bfloat16(),
    }
    files.write(Checkpoint(7, tensors, {"loss": 0.1 + 0.2, "bad": float("inf"), "text": "Größe"}))
    found = files.read(7)
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in tensors.items())
    assert set(found.tensors) == set(tensors)
    assert {name: found.notes[name] for name in ("loss", "bad", "text")} == {
        "loss": 0.1 + 0.2,
        "bad": float("inf"),
        "text": "Größe",
    }


def test_it_is_plain_safetensors(tmp_path: Path) -> None:
    """Read by hand, from the format's own description: eight bytes of length, JSON, then the numbers."""
    files = CheckpointFiles(tmp_path, "key")
    files.write(Checkpoint(3, {"weights/a": torch.tensor([1.0, 2.0])}, {}))
    data = files.path(3).read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    assert header["weights/a"]["shape"] == [2]
    assert torch.frombuffer(bytearray(data[8 + size :]), dtype=torch.float32).tolist() == [1.0, 2.0]


def test_the_newest_two_of_a_course_are_kept(tmp_path: Path) -> None:
    files = CheckpointFiles(tmp_path, "key")
    for step in (10, 20, 30, 40):
        files.write(Checkpoint(step, {}, {}))
    assert files.steps() == [40, 30]
    files.write(Checkpoint(35, {}, {}))  # 40 was damaged, and it went on from 30
    assert files.steps() == [35, 30]
    files.keep_newest()
    assert files.steps() == [35]


def test_what_a_killed_writer_left_is_cleaned(tmp_path: Path) -> None:
    half, others = tmp_path / ".key-00000002.abc", tmp_path / ".other-00000002.abc"
    half.write_bytes(b"half")
    others.write_bytes(b"half")
    CheckpointFiles(tmp_path, "key").write(Checkpoint(3, {}, {}))
    assert not half.exists()
    assert others.exists()


def test_one_under_another_name_is_not_taken(tmp_path: Path) -> None:
    files = CheckpointFiles(tmp_path, "key")
    files.write(Checkpoint(3, {}, {}))
    files.path(3).rename(files.path(9))
    with pytest.raises(Unusable, match="step 3"):
        files.read(9)
