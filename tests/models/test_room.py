"""Work that this machine can never take is refused before it begins, with the nearest change; a person may insist."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from tinywork import GreedySpec

from kit.errors import NoRoomError
from kit.machine import Gpu, this_machine
from kit.models.room import check_room, has_room
from kit.report import ListReport, PrefixedReport, Report
from kit.spec import Needs, carry_out

GIB_MIB = 1024.0


@pytest.fixture
def eight_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = dataclasses.replace(this_machine(), memory_mib=8 * GIB_MIB, gpus=())
    monkeypatch.setattr("kit.models.room.this_machine", lambda: machine)
    monkeypatch.setattr("kit.models.room.memory_free_mib", lambda: 4 * GIB_MIB)


@pytest.mark.usefixtures("eight_gib")
def test_what_never_fits_is_refused_with_numbers_and_the_nearest_change() -> None:
    spec = GreedySpec(steps=12)
    with pytest.raises(NoRoomError) as told:
        check_room(spec, spec.needs())
    assert told.value.problem == ("It needs 13 GB, and this machine has 8.6 GB. Each number takes one GB.")
    assert told.value.fix == (
        "With steps=6 it needs 6.4 GB. This is an estimate: now=True (tunebook run --now) begins all the same."
    )


@pytest.mark.usefixtures("eight_gib")
def test_the_nearest_change_that_has_room_is_told() -> None:
    spec = GreedySpec(steps=40)  # half of it does not fit either
    with pytest.raises(NoRoomError, match=r"With steps=1 it needs 1\.1 GB"):
        check_room(spec, spec.needs())


@pytest.mark.usefixtures("eight_gib")
@pytest.mark.parametrize(
    ("gib", "warning"),
    [
        (3, ""),
        (5, "It needs 5.4 GB, and 4.3 GB are free now: memory may be short."),
        (7, "It needs 7.5 GB of the 8.6 GB that this machine has, so little is left for anything else."),
        (8, "It needs 8.6 GB of the 8.6 GB that this machine has, so little is left for anything else."),
    ],
)
def test_what_comes_near_is_warned_of(gib: int, warning: str) -> None:
    spec = GreedySpec(steps=gib)
    assert check_room(spec, spec.needs()) == warning


@pytest.mark.usefixtures("eight_gib")
def test_what_nobody_knows_is_not_refused() -> None:
    assert check_room(GreedySpec(), Needs(("cpu",), None)) == ""
    assert has_room(Needs(("cpu",), None))


def test_on_a_gpu_its_own_memory_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = dataclasses.replace(this_machine(), gpus=(Gpu("Card", 4 * GIB_MIB),))
    monkeypatch.setattr("kit.models.room.this_machine", lambda: machine)
    assert check_room(GreedySpec(), Needs(("cuda:0",), 10**15, gpu_bytes=2**30)) == ""
    with pytest.raises(NoRoomError, match=r"Card has 4\.3 GB"):
        check_room(GreedySpec(), Needs(("cuda:0",), None, gpu_bytes=5 * 2**30))


@pytest.mark.usefixtures("eight_gib")
def test_work_is_refused_warned_and_insisted_on(tmp_path: Path) -> None:
    class Insisting(ListReport):
        insists = True

    quiet = ListReport(tmp_path)
    with pytest.raises(NoRoomError):
        carry_out(GreedySpec(steps=12), quiet)
    assert not quiet.values("number")
    warned = ListReport(tmp_path)
    carry_out(GreedySpec(steps=7), warned)
    assert next(e["text"] for e in warned.events if e["kind"] == "message").startswith("It needs 7.5 GB of the 8.6 GB")
    insisting = Insisting(tmp_path)
    carry_out(GreedySpec(steps=12), insisting)
    assert len(insisting.values("number")) == 12
    assert PrefixedReport(insisting, "part").insists
    assert not PrefixedReport(Report(tmp_path), "part").insists
