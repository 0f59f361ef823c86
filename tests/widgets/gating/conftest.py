"""The panel of the data gate on rows of a test, its clerk in this process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tinyclerk import ClerkHere
from tinygate import rows

from kit.widgets import DataPanel


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The rows, in a file."""
    path = tmp_path / "notes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows()), encoding="utf-8")
    os.utime(path, (1e9, 1e9))
    return str(path)


@pytest.fixture(autouse=True)
def clerk_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save starting a process for each panel."""
    monkeypatch.setattr("kit.widgets.gating.source.Clerk", ClerkHere)


@pytest.fixture
def panel_of() -> Iterator[Callable[..., DataPanel]]:
    """Make panels and close them after the test."""
    made: list[DataPanel] = []

    def make(*given: Any, **named: Any) -> DataPanel:
        made.append(DataPanel(*given, **named))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


@pytest.fixture
def page_of(read: type[Any]) -> Callable[[DataPanel], Any]:
    """Return the page of a panel once everything it asks for has come."""

    def settled(panel: DataPanel) -> Any:
        panel.wait()
        assert panel.desk.problem is None, panel.desk.problem
        return read(panel.html())

    return settled
