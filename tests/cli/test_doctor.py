"""``tunebook doctor``: what it finds, how it says it, and how its exit code does."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import psutil
import pytest

from kit import lack
from kit.cli import main
from kit.errors import KitError
from kit.machine import Speed, known_speed, packages
from kit.machine import lacks as lacks_module
from kit.machine.speed import keep_speed

SPEED = Speed(
    "cpu", 23.3, {"fp32": 0.09, "bf16": 0.2}, 2e-6, "2026-11-22T10:00:00+00:00", {"bf16": 10.0}, {"bf16": 1e-4}
)


@pytest.fixture
def nothing_measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Measuring takes seconds: here it is only noted, and gives `SPEED`."""
    asked: list[str] = []

    def measure(**_given: Any) -> Speed:
        asked.append("measured")
        keep_speed(SPEED)
        return SPEED

    monkeypatch.setattr("kit.machine.speed.default_device", lambda: "cpu")
    monkeypatch.setattr("kit.cli.doctor.measure_speed", measure)
    return asked


def test_everything_is_in_place(nothing_measured: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    total = psutil.virtual_memory().total / 1e9
    told = float(re.search(r"([\d.]+) GB of memory", shown.out)[1])  # type: ignore[index]
    assert told <= total * 1.02
    assert "reading memory" in shown.out
    assert "23 GB/s" in shown.out
    assert "1 B parameters takes 200 ms for each token" in shown.out  # 2 GB at 10 GB/s
    assert re.search(r"Transformers +ready", shown.out)
    assert not re.search(r"^  torch +\d", shown.out, re.MULTILINE)
    assert main(["doctor", "--all"]) == 0
    assert re.search(r"^  torch +\d", capsys.readouterr().out, re.MULTILINE)


def test_it_measures_what_never_was_and_what_is_asked_for(nothing_measured: list[str]) -> None:
    assert main(["doctor", "--no-probe"]) == 0
    assert (nothing_measured, known_speed()) == ([], None)
    assert main(["doctor"]) == 0
    assert main(["doctor"]) == 0
    assert nothing_measured == ["measured"]
    assert main(["doctor", "--probe"]) == 0
    assert nothing_measured == ["measured", "measured"]


def test_a_probe_that_fails_keeps_nothing_else_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_given: Any) -> Speed:
        raise KitError("It broke.", fix="Try again.")

    monkeypatch.setattr("kit.cli.doctor.measure_speed", fail)
    assert main(["doctor"]) == 0
    shown = capsys.readouterr()
    assert "It broke. Try again." in shown.err
    assert "not measured; do it with: tunebook doctor --probe" in shown.out
    assert "Engines" in shown.out


def test_it_tells_what_is_amiss_and_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    versions = {"torch": "1.0+cpu", "peft": None, "torchvision": "0.1"}
    for where in (lack, packages, lacks_module):
        monkeypatch.setattr(where, "installed", lambda name: versions.get(name, "99"))
    monkeypatch.setattr("importlib.metadata.requires", lambda name: ["torch>=2", "peft>=0.1", "pytest; extra == 'dev'"])
    assert main(["doctor", "--no-probe"]) == 1
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [
        "torch 1.0+cpu is installed; >=2 is needed: pip install 'torch>=2'",
        "peft is not installed: pip install 'peft>=0.1'",
        "torchvision 0.1 does not go with torch 1.0+cpu, and breaks transformers and peft: pip uninstall torchvision",
    ]
    assert re.search(r"^  peft +missing +>=0.1$", shown.out, re.MULTILINE)
    assert main(["doctor", "--no-probe", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["wrong"][1] == {
        "reason": "peft is not installed",
        "command": "pip install 'peft>=0.1'",
    }


def test_a_method_that_cannot_run_says_why(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else find(name))
    assert main(["doctor", "--no-probe"]) == 0  # the others run
    lines = capsys.readouterr().out.splitlines()
    row = next(place for place, line in enumerate(lines) if line.startswith("  bnb-nf4"))
    assert "ready" not in lines[row]
    assert lines[row + 1].strip().startswith("bitsandbytes is not installed. Add it with: pip install 'bitsandbytes")


def test_programs_read_plain_values(nothing_measured: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["speed"] == SPEED.to_dict()
    assert found["wrong"] == []
    assert {disk["what"] for disk in found["disks"]} == {"runs", "models"}
    assert all(each["ready"] for each in found["methods"])


def test_one_model_by_method(nothing_measured: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["doctor", "smollm2-135m-instruct"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"^bf16 +fits +0\.\d+ GB", shown, re.MULTILINE)
    assert main(["doctor", "llama-3.1-405b-instruct", "--json"]) == 1
    rows = {each["method"]: each for each in json.loads(capsys.readouterr().out)}
    assert rows["bf16"]["state"] == "no"
    assert rows["bf16"]["needed_bytes"] > 405e9 * 2
    assert rows["bf16"]["change"]
    assert rows["bnb-nf4"]["decode_tokens_per_s"] > 0
    assert main(["doctor", "llama-3.1-405b-instruct"]) == 1
    shown = capsys.readouterr().out
    assert re.search(r"^bf16 +does not fit +[\d,]+ GB +[\d.]+ GB +– +–$", shown, re.MULTILINE)
    assert max(map(len, shown.splitlines())) <= 100
