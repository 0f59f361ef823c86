"""What the tests of adapters share: a spec with few rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tinyadapters import Way

from kit.data import DataSpec
from kit.tuning import TuneSpec


@pytest.fixture
def way(tiny_model: Path) -> Way:
    """Make a spec of the tiny model that differs in the fields given."""

    def make(**fields: Any) -> TuneSpec:
        usual = {"rank": 4, "alpha": 16.0, "precision": "fp32"}
        return TuneSpec(model=str(tiny_model), data=DataSpec(source="finance-alerts"), **{**usual, **fields})

    return make


@pytest.fixture(autouse=True)
def no_collecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what gives memory back after loading: for a tiny model it takes ten times as long as the loading."""
    monkeypatch.setattr("kit.engines.hf.load.give_back_free_memory", lambda: None)
