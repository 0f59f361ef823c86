"""What the tests of tuning share: a small tuning to begin with."""

from __future__ import annotations

from pathlib import Path

import pytest
from tinytuning import Whole, breakable_spec

from kit.data import DataSpec
from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.tune import tune


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> TuneSpec:
    """Four steps of a tiny model on sixty rows."""
    return TuneSpec(
        model=str(tiny_model),
        data=DataSpec(source=str(rows_file), instruction="Up or down?"),
        precision="fp32",
        steps=4,
        evaluations=2,
        batch_size=16,
        target_modules=("q_proj", "v_proj"),
    )


@pytest.fixture(scope="session")
def asked(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TuneSpec:
    """Ask for a tuning that can be broken off anywhere."""
    return breakable_spec(tiny_model, tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="session")
def whole(asked: TuneSpec, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Carry `asked` out without a break, as the others are compared with."""
    report = ListReport(tmp_path_factory.mktemp("whole"))
    return Whole(asked, report, tune(asked, report))
