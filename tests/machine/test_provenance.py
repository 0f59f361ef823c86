"""Where a result says it came from."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import types
from importlib import metadata
from pathlib import Path

import pytest

from kit.data import DataSpec
from kit.machine import provenance as module
from kit.machine.provenance import hardware, provenance, seeds


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own with one commit, in which the kit seems to lie."""
    for command in (
        ["init", "-q"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "--allow-empty", "-m", "one"],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    monkeypatch.setattr(module, "__file__", str(tmp_path / "kit" / "machine" / "provenance.py"))
    return tmp_path


def test_it_names_versions_and_machine() -> None:
    values = provenance()
    assert values["packages"]["torch"] == metadata.version("torch")
    assert values["tunebook"] == metadata.version("tunebook")
    assert values["machine"]["cores"] >= 1
    assert values["python"].endswith(" " + ".".join(map(str, sys.version_info[:3])))
    assert platform.system() in values["os"] or sys.platform == "darwin"
    assert json.loads(json.dumps(values)) == values


def test_the_commit_is_named_and_changes_too(checkout: Path) -> None:
    head = subprocess.run(["git", "-C", str(checkout), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    assert module._commit() == head.stdout.strip()
    (checkout / "file").write_text("x", encoding="utf-8")
    subprocess.run(["git", "-C", str(checkout), "add", "file"], check=True)
    assert module._commit() == head.stdout.strip() + "+dirty"


def test_a_release_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "__file__", str(tmp_path / "kit" / "machine" / "provenance.py"))
    assert module._commit() == "none: an installed release"


def test_what_pip_installed_from_a_repository_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "__file__", str(tmp_path / "kit" / "machine" / "provenance.py"))
    told = {"url": "https://example.org/t.git", "vcs_info": {"vcs": "git", "commit_id": "12ab"}}
    for values, commit in ((told, "12ab"), ({"url": "file:///t", "dir_info": {}}, "none: an installed release")):
        noted = types.SimpleNamespace(read_text=lambda _name, values=values: json.dumps(values))
        monkeypatch.setattr(module.metadata, "distribution", lambda _name, noted=noted: noted)
        assert module._commit() == commit


def test_what_cannot_be_known_is_said_to_be_unknown(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(checkout))  # no git there
    assert module._commit().startswith("unknown: ")


def test_a_missing_package_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(module.metadata, "version", missing)
    assert module._version_of("torch") == "not installed"


def test_every_seed_of_a_spec_is_told() -> None:
    values = {"seed": 3, "reseed": 4, "seeded": 5, "data": DataSpec(source="x", seed=7).to_dict(), "name": "seed"}
    assert seeds(values) == {"seed": 3, "data.seed": 7}
    assert seeds({"parts": [{"seed": 1}, {"of": {"seed": 2}}]}) == {"parts[0].seed": 1, "parts[1].of.seed": 2}
    assert seeds({"seed": None}) == {}


def test_the_hardware_is_what_times_depend_on() -> None:
    assert set(hardware()) == {"cores", "instruction_sets", "gpus"}
    assert json.loads(json.dumps(hardware())) == hardware()
