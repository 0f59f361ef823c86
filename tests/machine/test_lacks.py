"""What a machine lacks: the reason, and the command that puts it right."""

from __future__ import annotations

import dataclasses
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from kit import lack
from kit.errors import MissingPackageError
from kit.lack import Lack, not_installed
from kit.machine import Gpu, packages, this_machine
from kit.machine import lacks as module
from kit.machine.lacks import device_lack, folder_lacks, lacks, package_lack, troublemakers

ASKED = ["torch>=2", "peft>=0.1,<1", "tool>=3; extra == 'more'"]


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is installed, as a test writes it."""
    known = {"torch": "2.9.0", "peft": "0.5"}
    for where in (lack, packages, module):
        monkeypatch.setattr(where, "installed", known.get)
    monkeypatch.setattr("importlib.metadata.requires", lambda name: ASKED if name == "tunebook" else [])
    return known


def test_nothing_is_wrong_here() -> None:
    assert lacks() == []


def test_what_is_missing_old_or_disturbing_is_told_with_what_to_type(versions: dict[str, str]) -> None:
    versions.update({"torch": "1.9+cpu", "torchvision": "0.2"})
    del versions["peft"]
    assert [(each.reason, each.command, each.package) for each in lacks()] == [
        ("torch 1.9+cpu is installed; >=2 is needed", "pip install 'torch>=2'", "torch"),
        ("peft is not installed", "pip install 'peft>=0.1,<1'", "peft"),
        (
            "torchvision 0.2 does not go with torch 1.9+cpu, and breaks transformers and peft",
            "pip uninstall torchvision",
            "torchvision",
        ),
    ]
    assert str(lacks()[1]) == "peft is not installed. Add it with: pip install 'peft>=0.1,<1'"
    assert lacks()[2].fix == "Remove it with: pip uninstall torchvision"


def test_a_folder_that_cannot_be_written_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "not" / "there" / "yet"))
    asked: list[str] = []
    monkeypatch.setattr(module.os, "access", lambda place, _mode: asked.append(str(place)))
    home, cache = folder_lacks()
    assert asked[0] == str(tmp_path)  # what is there of it
    assert str(home) == f"{tmp_path}/not/there/yet cannot be written to. Type: export TUNEBOOK_HOME=…"
    assert cache.command == "export TUNEBOOK_CACHE=…"


@pytest.mark.parametrize(
    ("torch", "vision", "asks", "disturbs"),
    [
        ("2.13.0+cpu", "0.28.0", ["torch==2.13.0"], True),
        ("2.13.0+cpu", "0.28.0+cpu", ["torch==2.13.0"], False),
        ("2.13.0", "0.28.0", ["torch==2.13.0"], False),
        ("2.13.0", "0.27.0", ["torch==2.12.0"], True),
        ("2.9.0a0+50eac811a6.nv25.09", "0.24.0a0+98f8b375", ["torch"], False),  # a vendor's container
        ("2.13.0", None, [], False),
    ],
)
def test_a_torchvision_disturbs_when_it_is_for_another_torch(
    torch: str,
    vision: str | None,
    asks: list[str],
    disturbs: bool,
    versions: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    versions.update({"torch": torch} | ({"torchvision": vision} if vision else {}))
    monkeypatch.setattr(module.metadata, "requires", {"torchvision": asks}.get)
    assert bool(troublemakers()) is disturbs


def test_a_package_that_is_there_but_does_not_fit(versions: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in versions else None)
    assert package_lack("peft") is None
    versions["peft"] = "2.0"
    assert package_lack("peft") == Lack(
        "peft 2.0 is installed; >=0.1,<1 is needed", "pip install 'peft>=0.1,<1'", "peft"
    )
    assert package_lack("lm_thing") == Lack("lm-thing is not installed", "pip install lm-thing", "lm-thing")
    assert package_lack("tool", extra="more") == not_installed("tool", extra="more")
    assert not_installed("tool", extra="more").command == "pip install 'tunebook[more]'"


@pytest.mark.parametrize(
    ("devices", "gpus", "lacking"), [(("cpu", "cuda"), 0, False), (("cuda",), 0, True), (("cuda",), 1, False)]
)
def test_a_device_that_is_not_here(
    devices: tuple[str, ...], gpus: int, lacking: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = dataclasses.replace(this_machine(), gpus=(Gpu("G", 1.0),) * gpus)
    monkeypatch.setattr(module, "this_machine", lambda: machine)
    found = device_lack(devices)
    assert (found is not None) is lacking
    if found is not None:
        assert found.fix == "Choose one that runs on the CPU."


def test_errors_say_the_same() -> None:
    error = MissingPackageError("lm-eval", needed_for="Measuring tasks", extra="harness")
    same = not_installed("lm-eval", extra="harness")
    assert (same.reason in str(error), same.command in str(error), error.package) == (True, True, "lm-eval")
    assert isinstance(error, ImportError)


def test_asking_loads_nothing_heavy() -> None:
    code = "import sys; from kit.quantization.lacks import lacks_of; lacks_of('bnb-nf4'); print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
