"""Which packages are needed and whether they fit."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy
import pytest

from kit.machine import packages


def test_what_is_installed_fits() -> None:
    numbers = next(need for need in packages.needs() if need.name == "numpy")
    assert (numbers.found, numbers.fits) == (numpy.__version__, True)
    assert packages.installed("no-such-package-here") is None


def test_what_is_needed_is_told_from_what_can_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["torch>=2", "peft<1", "x>=3; extra == 'more'", "y; extra == 'other'", "z; sys_platform == 'nowhere'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda name: asked)
    monkeypatch.setattr(packages, "installed", {"torch": "1.9", "x": "2"}.get)
    assert [(need.name, need.found, need.fits) for need in packages.needs()] == [
        ("torch", "1.9", False),
        ("peft", None, False),
    ]
    assert [(need.name, need.wanted, need.fits) for need in packages.needs("more")] == [("x", ">=3", False)]


def test_an_extra_tells_what_is_missing_and_what_adds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.requires", lambda name: ["a>=3; extra == 'mlflow'", "b; extra == 'mlflow'"])
    monkeypatch.setattr(packages, "installed", {"a": "2"}.get)
    extra = next(each for each in packages.extras() if each.name == "mlflow")
    assert extra.lack is not None
    assert (extra.lack.reason, extra.lack.command) == (
        "missing or in other versions: a 2, b",
        "pip install 'tunebook[mlflow]'",
    )
    monkeypatch.setattr(packages, "installed", {"a": "3", "b": "1"}.get)
    assert next(each for each in packages.extras() if each.name == "mlflow").lack is None


def test_every_extra_says_what_it_gives() -> None:
    told = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(packages.GIVES) == set(told["project"]["optional-dependencies"])
