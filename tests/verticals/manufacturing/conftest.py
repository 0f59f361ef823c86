"""A small fleet that several tests look at, made once."""

from __future__ import annotations

import pytest

from kit.verticals.manufacturing.bundle import Bundle, Size, make_bundle
from kit.verticals.manufacturing.fleet import Machine, make_fleet
from kit.verticals.manufacturing.windows import Window, windows_of


@pytest.fixture(scope="session")
def fleet() -> list[Machine]:
    """Thirty machines over eight weeks."""
    return make_fleet(30, 56, seed=1)


@pytest.fixture(scope="session")
def windows(fleet: list[Machine]) -> list[list[Window]]:
    """The windows of each of them, with a horizon of four days."""
    return [windows_of(machine, horizon=96) for machine in fleet]


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """The rows of sixty machines over eight weeks."""
    return make_bundle(Size(machines=60, days=56, test_rows=400), seed=3)
