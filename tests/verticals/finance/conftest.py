"""Worlds and studies for the tests of the finance vertical, made once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.report import ListReport
from kit.result import Result
from kit.verticals.finance.study.spec import StudySpec
from kit.verticals.finance.study.walk import Walked, walk
from kit.verticals.finance.study.work import study
from kit.verticals.finance.world import FULL, QUICK, World, make_world


@pytest.fixture(scope="session")
def small() -> World:
    """The world of a quick look."""
    return make_world(QUICK)


@pytest.fixture(scope="session")
def full() -> World:
    """The world that the notebook shows."""
    return make_world(FULL)


@pytest.fixture(scope="session")
def walked(full: World, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """The facts of the whole world."""
    return walk(full, test_share=1 / 3, report=ListReport(tmp_path_factory.mktemp("walk")))


@pytest.fixture(scope="session")
def studied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """The study of the small world, and the folder of its run."""
    folder = tmp_path_factory.mktemp("study")
    return study(StudySpec(quick=True), ListReport(folder)), folder
