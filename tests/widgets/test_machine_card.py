"""The panel on this machine: what it shows, and measuring as a run that can be watched and stopped."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from kit.errors import ParameterError
from kit.jobs import Run, runs
from kit.machine import Gpu, ProbeSpec, Speed, this_machine
from kit.machine.live import GpuLoad
from kit.machine.speed import keep_speed
from kit.quantization.lacks import lacks_of
from kit.report import Event
from kit.widgets import MachineCard, RunsPanel

SPEED = Speed(
    "cpu",
    23.3,
    {"fp32": 0.09, "bf16": 0.21, "fp16": 0.02},
    1.6e-6,
    "2026-11-22T10:00:00+00:00",
    {"fp32": 18.0, "bf16": 10.0, "fp16": 20.0},
    {"fp32": 5e-5, "bf16": 2e-4, "fp16": 1e-4},
    0.02,
)
RUNNING: Event = {"kind": "state", "state": "running"}
PROBING: Event = {"kind": "progress", "phase": "probing", "done": 2, "total": 8, "unit": ""}


Look = Callable[[MachineCard], Any]


@pytest.fixture
def page(read: type[Any]) -> Look:
    return lambda card: read(card.html())


@pytest.fixture
def buttons(page: Look) -> Look:
    """The buttons that act, with the reason why one cannot be pressed."""
    return lambda card: {
        e["text"]: e.get("title") for e in page(card).elements if e.get("data-action") and e["tag"] == "button"
    }


def test_it_tells_what_this_machine_has_and_has_free(page: Look) -> None:
    card = MachineCard()
    text = page(card).text
    machine = this_machine()
    assert f"{machine.cores} core" in text or f"{machine.cores} threads" in text
    assert all(name in text for name in machine.instruction_sets)
    bar = next(e for e in page(card).elements if "tb-bar" in e.get("class", ""))
    free = float(bar["aria-label"].split(" GB")[0])
    assert free <= psutil.virtual_memory().total / 1e9 * 1.05
    assert free == pytest.approx(psutil.virtual_memory().available / 1e9, abs=4)  # others come and go
    assert "all ready" in text


def test_what_was_never_measured_is_a_dash_and_measuring_is_offered(page: Look, buttons: Look) -> None:
    card = MachineCard()
    assert card.speed is None
    assert "not measured yet" in page(card).text
    assert buttons(card) == {"Measure": None}


def test_what_was_measured_is_shown_with_what_it_means(page: Look, buttons: Look) -> None:
    keep_speed(SPEED)
    card = MachineCard(device="cpu")
    cells = [e["text"] for e in page(card).elements if e["tag"] in ("td", "th") and e.get("data-label")]
    assert cells[4:8] == ["10 GB/s", "200 ms", "0.21 TFLOP/s", "9.5 s"]  # 2 GB at 10 GB/s; 2e12 at 0.21 TFLOP/s
    text = page(card).text
    assert "Reading the bf16 weights of a model with 1 B parameters takes 200 ms for each token" in text
    assert "2026-11-22 10:00 UTC" in text
    assert "Other programs" not in text
    assert buttons(card) == {"Measure again": None}
    keep_speed(dataclasses.replace(SPEED, bystanders=0.5))
    card.desk.renew()
    assert "Other programs used 50 % of the cores" in page(card).text


def test_show_code_does_the_same() -> None:
    code = MachineCard().desk.code()
    assert "kit.this_machine()" in code
    assert code.endswith("speed = kit.measure_speed()")


def test_measuring_is_a_run_that_is_followed_and_stopped(
    left: Callable[..., Run], append: Callable[[Run, list[Event]], None], page: Look, buttons: Look
) -> None:
    card = MachineCard(name="mine")
    run = left(ProbeSpec(), "mine", [RUNNING, PROBING])
    card.desk.renew()
    card.refresh()
    bar = next(e for e in page(card).elements if e.get("role") == "progressbar")
    assert float(bar["aria-valuenow"]) == 25
    assert set(buttons(card)) == {"Stop"}
    card.act("stop")
    assert (run.folder / "stop").exists()
    keep_speed(SPEED)
    append(run, [{"kind": "state", "state": "finished"}])
    card.refresh()
    assert card.speed == SPEED
    assert set(buttons(card)) == {"Measure again"}
    assert "this machine" in RunsPanel().html()


def test_measuring_begins_a_run_in_the_panel_s_name(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    monkeypatch.setattr("kit.widgets.desk.start", lambda spec, origin: started.append((spec, origin)) or _made(spec))
    card = MachineCard(device="cpu", name="mine")
    card.act("measure")
    assert started == [(ProbeSpec(device="cpu"), "mine")]
    assert card.desk.problem is None
    assert len(runs()) == 1


def _made(spec: ProbeSpec) -> Run:
    from kit.jobs.start import create_run

    return create_run(spec, origin="mine")


def test_without_torch_the_button_says_why(monkeypatch: pytest.MonkeyPatch, buttons: Look) -> None:
    monkeypatch.setattr("kit.machine.spec.installed", lambda name: None)
    card = MachineCard()
    assert buttons(card)["Measure"] == "Measuring speed needs a package: torch is not installed."
    card.act("measure")
    assert card.desk.problem is not None
    assert card.desk.problem.fix.startswith("Add it with: pip install 'torch")
    assert runs() == []


def test_what_is_lacking_is_told_once_with_the_command_to_copy(monkeypatch: pytest.MonkeyPatch, page: Look) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else find(name))
    (lack,) = lacks_of("bnb-nf4")
    seen = page(MachineCard())
    assert "4 not ready" in seen.text
    assert seen.text.count(f"bnb-int8, bnb-nf4, bnb-nf4-double, bnb-fp4: {lack.reason}.") == 1
    commands = [e["text"] for e in seen.elements if e.get("data-part", "").startswith("lack-")]
    assert commands == [lack.command]
    assert [e["data-copy"] for e in seen.elements if e.get("data-copy", "").startswith("lack-")] == ["lack-0"]


def test_gpus_have_a_row_each_and_a_speed_of_their_own(monkeypatch: pytest.MonkeyPatch, page: Look) -> None:
    machine = dataclasses.replace(this_machine(), gpus=(Gpu("H200", 143771.0, "580.1", "9.0"),))
    for where in ("kit.widgets.machine.desk", "kit.machine.speed", "kit.machine.spec"):
        monkeypatch.setattr(f"{where}.this_machine", lambda: machine)
    load = GpuLoad("H200", 143771.0, 136000.0, 97.0)
    monkeypatch.setattr("kit.widgets.machine.desk.gpu_loads", lambda: (load,))
    keep_speed(SPEED)
    keep_speed(dataclasses.replace(SPEED, device="cuda:0", bandwidth_gb_s=4000.0))
    card = MachineCard()
    text = page(card).text
    assert "H200 · 151 GB · driver 580.1 · compute capability 9.0 · 97 % busy" in text
    assert "8.1 GB free of 151 GB" in text
    assert "4,000 GB/s" in text
    card.act("device", device="cpu")
    assert "23 GB/s" in page(card).text
    assert card.desk.code().endswith("kit.measure_speed('cpu')")
    with pytest.raises(ParameterError, match="one of cpu, cuda:0"):
        MachineCard(device="cuda:1")


def test_a_quiet_page_is_not_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    card = MachineCard()
    monkeypatch.setattr("kit.widgets.machine.desk.memory_free_mib", lambda: card.desk.free_mib + 50)
    monkeypatch.setattr("kit.widgets.machine.desk.disk", lambda folder: (50 * 10**9, 90 * 10**9))
    card.refresh()
    before = card.desk.seen()
    card.refresh()
    assert card.desk.seen() == before
    monkeypatch.setattr("kit.widgets.machine.desk.memory_free_mib", lambda: 1.0)
    card.refresh()
    assert card.desk.seen() != before
