"""A small fleet that several tests look at, made once."""

from __future__ import annotations

import pytest

from kit.verticals.manufacturing.bundle import Bundle, Size, make_bundle
from kit.verticals.manufacturing.fleet import Machine, make_fleet


@pytest.fixture(scope="session")
def fleet() -> list[Machine]:
    """Forty machines over eight weeks."""
    return make_fleet(40, 56, seed=1)


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """The rows of sixty machines over eight weeks."""
    return make_bundle(Size(machines=60, days=56, test_rows=400), seed=3)
