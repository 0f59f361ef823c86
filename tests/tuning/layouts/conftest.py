"""Tunings under several layouts: as one process does them, and by two and four processes on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tinylayouts import STEPS, Asked, Done, LayoutsSpec
from tinymodel import write_rows

from kit.data import DataSpec
from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.ranks import tune_in_ranks
from kit.tuning.tune import tune

TESTS = Path(__file__).parents[2]
EVERYTHING = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@pytest.fixture(scope="session")
def spec(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TuneSpec:
    """Of 55 rows in batches of nine an epoch's last batch has one row; gradients are long enough to be cut."""
    subjects, ways = ("The share", "Der Kurs", "A bond"), ("up", "down")
    texts = [f"{subject} {i} goes {way}" for i in range(11) for subject in subjects for way in ways][:61]
    rows = write_rows(tmp_path_factory.mktemp("rows") / "rows.jsonl", texts, [text.split()[-1] for text in texts])
    return TuneSpec(
        model=str(tiny_model),
        data=DataSpec(source=str(rows), instruction="Up or down?"),
        precision="fp32",
        target_modules=EVERYTHING,
        batch_size=9,
        micro_batch_size=3,
        learning_rate=5e-3,
        max_grad_norm=0.5,
        steps=STEPS,
        evaluations=2,
        sample_answers=1,
    )


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[TuneSpec], Done]:
    """Carry a tuning out in this process."""

    def done(spec: TuneSpec) -> Done:
        report = ListReport(tmp_path_factory.mktemp("alone"))
        result = tune(spec, report)
        return Done(report.folder, report.values("loss"), result.metrics, result.facts)

    return done


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Done]]:
    """Carry tunings out, one after another, in the same processes."""

    def done(spec: TuneSpec, *asked: Asked) -> dict[str, Done]:
        root = tmp_path_factory.mktemp("together")
        file = root / "tunings.jsonl"
        file.write_text("\n".join(each.line(spec, root) for each in asked), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", str(TESTS))
            patch.setenv("TUNEBOOK_CACHE", str(root / "cache"))
            all_of_them: Any = LayoutsSpec(processes=spec.processes, tunings=str(file))
            result = tune_in_ranks(all_of_them, ListReport(root))
        assert result.status == "finished", result.error
        folders = {each.name: root / (each.folder or each.name) for each in asked}
        found = ((name, folder, result.facts[name]) for name, folder in folders.items())
        return {name: Done(at, it["losses"], it["metrics"], it["facts"], it["held"]) for name, at, it in found}

    return done
