"""Rows with known faults, and a panel of the data gate that checks them."""

from __future__ import annotations

from typing import Any

from kit.widgets import DataPanel

LIGHT = ("schema", "length", "balance", "exact-duplicates")
WORDS = ("crane", "pump", "valve", "motor", "belt", "drill", "lathe", "press")


def rows(n: int = 60) -> list[dict[str, Any]]:
    """Return rows: number 4 has no label, number 11 is number 10 again, number 21 is long."""
    made: list[dict[str, Any]] = [
        {"note": f"The {WORDS[i % 8]} of hall {i} stands still", "grade": ("low", "high")[i % 2], "site": "A"}
        for i in range(n)
    ]
    made[3]["grade"] = None
    made[10] = dict(made[9])
    made[20]["note"] += " and nobody knows why" * 30
    return made


def checked(panel: DataPanel) -> None:
    """Press Check and wait."""
    panel.act("start")
    assert panel.desk.problem is None, panel.desk.problem
    assert panel.run is not None
    panel.run.wait(timeout=60)
    panel.refresh()
