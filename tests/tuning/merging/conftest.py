"""What the tests of merging share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_collecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what gives memory back after loading: for a tiny model it takes ten times as long as the loading."""
    monkeypatch.setattr("kit.engines.hf.load.give_back_free_memory", lambda: None)
