"""pyproject.toml, constraints.txt, environment.yml and the changelog say the same."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from kit.version import version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
DIRECT = [Requirement(line) for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]]


def _pins() -> dict[str, Requirement]:
    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    pins = [Requirement(line) for line in lines]
    assert len({canonicalize_name(pin.name) for pin in pins}) == len(pins)
    return {canonicalize_name(pin.name): pin for pin in pins}


PINS = _pins()


def _closure() -> dict[str, list[Requirement]]:
    """Everything that installing the project with its extra "dev" brings here, with who wants what of it."""
    wanted: dict[str, list[Requirement]] = {}
    seen: set[tuple[str, str]] = set()
    ahead = [(requirement, requirement.extras | {""}) for requirement in DIRECT]
    while ahead:
        requirement, extras = ahead.pop()
        name = canonicalize_name(requirement.name)
        wanted.setdefault(name, []).append(requirement)
        for extra in extras - {extra for seen_name, extra in seen if seen_name == name}:
            seen.add((name, extra))
            for text in metadata.requires(name) or []:
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    ahead.append((needed, needed.extras | {""}))
    return wanted


CLOSURE = _closure()


def _gpu_library(name: str) -> bool:
    return bool(re.match(r"nvidia-(?!ml-py)|cuda-|triton$", name))


@pytest.mark.parametrize("requirement", DIRECT, ids=lambda requirement: requirement.name)
def test_every_dependency_has_a_pin_in_its_range(requirement: Requirement) -> None:
    (specifier,) = PINS[canonicalize_name(requirement.name)].specifier
    assert specifier.operator == "=="
    assert requirement.specifier.contains(specifier.version)


def test_every_pin_is_exact_and_names_no_place() -> None:
    for pin in PINS.values():
        assert re.fullmatch(r"==[0-9][0-9a-z.]*", str(pin.specifier)), pin
        assert pin.url is None
    assert not re.search(r"--|://|@|/", "".join(line for line in CONSTRAINTS.splitlines() if line[:1] != "#"))


def test_the_pins_are_the_whole_closure_and_nothing_else() -> None:
    needed = {name for name in CLOSURE if not _gpu_library(name)}
    assert needed - set(PINS) == set()
    here = {name for name, pin in PINS.items() if pin.marker is None or pin.marker.evaluate()}
    assert here - needed == set()


def test_the_pins_satisfy_everybody() -> None:
    for name, requirements in CLOSURE.items():
        for requirement in requirements:
            if name in PINS:
                (specifier,) = PINS[name].specifier
                assert requirement.specifier.contains(specifier.version, prereleases=True), requirement


def test_what_is_installed_is_what_is_pinned() -> None:
    for name in CLOSURE:
        if name in PINS:
            assert PINS[name].specifier.contains(Version(metadata.version(name)).public), name


def test_torch_is_pinned_plainly() -> None:
    assert str(PINS["torch"]) == "torch==2.13.0"


def test_torchvision_stays_out() -> None:
    """Its wheel from PyPI breaks transformers and peft on a torch for CPUs."""
    assert "torchvision" not in CLOSURE
    assert "torchvision" not in PINS


def _environment() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8")))


def test_conda_users_get_the_same() -> None:
    environment = _environment()
    plain = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (by_pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert by_pip == ["-c constraints.txt", "-e .[dev]"]
    assert [re.split(r"[=<>]", entry)[0] for entry in plain] == ["python", "pip"]
    assert environment["name"] == PROJECT["name"]


def test_python_is_the_same_everywhere() -> None:
    requires = SpecifierSet(PROJECT["requires-python"])
    assert str(requires) == ">=3.11"
    (python,) = [e for e in _environment()["dependencies"] if isinstance(e, str) and e.startswith("python=")]
    assert requires.contains(python.split("=")[1])
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert tools["mypy"]["python_version"] == "3.11"
    assert tools["ruff"]["target-version"] == "py311"
    assert "sys.version_info < (3, 11)" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_versions_agree() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    extension = json.loads((ROOT / "labextension" / "package.json").read_text(encoding="utf-8"))
    assert PROJECT["version"] == newest[1] == version() == extension["version"]


def test_the_licence_is_apache() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


def _make(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = ["make", "-C", str(ROOT), "--no-print-directory", *arguments, *(f"{k}={v}" for k, v in variables.items())]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_make_lists_what_it_can_do() -> None:
    shown = _make().stdout
    assert all(f"  {target} " in shown for target in ("env", "labextension", "lab", "app", "test", "check", "clean"))


def test_make_passes_arguments_on() -> None:
    lines = _make("-n", "lab", ARGS="--no-browser --port 9999").stdout.splitlines()
    assert "tunebook models get smollm2-135m-instruct" in lines[-2]
    assert re.search(r"jupyter lab notebooks/00_quickstart\.ipynb .*--no-browser --port 9999$", lines[-1])
    assert _make("-n", "app", ARGS="--port 1").stdout.endswith("tunebook app --port 1\n")
    assert _make("-n", "test", ARGS="-k x").stdout.endswith("-m pytest -k x\n")


def test_make_refuses_an_old_python(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    done = subprocess.run(
        ["make", "-C", str(tmp_path), "env", f"PYTHON={old}"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Tunebook needs Python 3.11 or newer" in done.stdout
    assert "Python 3.9.2" in done.stdout
    assert not (tmp_path / ".venv").exists()


def test_the_continuous_integration_calls_make() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("make check\nmake test")
