"""Which packages are needed and whether they fit."""

from __future__ import annotations

import numpy
import pytest

from kit.machine import packages


def test_what_is_installed_fits() -> None:
    numbers = next(need for need in packages.needs() if need.name == "numpy")
    assert (numbers.found, numbers.fits) == (numpy.__version__, True)
    assert packages.installed("no-such-package-here") is None


def test_what_does_not_fit_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.metadata, "requires", lambda name: ["torch>=2", "peft<1", "x; extra == 'dev'"])
    monkeypatch.setattr(packages, "installed", {"torch": "1.9", "torchvision": "0.2"}.get)
    assert [(need.name, need.found, need.fits) for need in packages.needs()] == [
        ("torch", "1.9", False),
        ("peft", None, False),
    ]
    old, missing, disturbing = packages.problems()
    assert "pip install 'torch>=2'" in old
    assert "pip install 'peft<1'" in missing
    assert "pip uninstall torchvision" in disturbing
