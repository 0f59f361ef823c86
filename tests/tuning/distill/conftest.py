"""A teacher that knows its task, and a student that could."""

from __future__ import annotations

from pathlib import Path

import pytest
from tinymodel import SHAPE, save_model, write_rows

from kit.data import DataSpec
from kit.engines import Variant
from kit.report import Report
from kit.tuning import DistillSpec, TuneSpec
from kit.tuning.tune import tune

ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
SUBJECTS = ("The price", "The share", "Der Kurs", "The bond", "An account", "The payment")


def rows(path: Path, *, numbers: range, flipped: bool = False) -> DataSpec:
    """Texts whose label is their last word, or, `flipped`, the other one."""
    texts = [f"{subject} {i} goes {way}" for i in numbers for subject in SUBJECTS for way in ("up", "down")]
    labels = [text.split()[-1] for text in texts]
    other = {"up": "down", "down": "up"}
    write_rows(path, texts, [other[label] for label in labels] if flipped else labels)
    return DataSpec(source=str(path), instruction="Up or down?")


@pytest.fixture(scope="session")
def teacher(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Variant:
    """A tiny model that was tuned until it knew."""
    folder = tmp_path_factory.mktemp("teacher")
    spec = TuneSpec(
        model=str(tiny_model),
        data=rows(folder / "rows.jsonl", numbers=range(6)),
        precision="fp32",
        steps=70,
        evaluations=1,
        learning_rate=1e-2,
        target_modules=ALL_LINEAR,
        sample_answers=0,
    )
    assert tune(spec, Report(folder)).metrics["validation_accuracy"] > 0.9
    return Variant(model=str(folder / "artifacts" / "adapter"), method="fp32")


@pytest.fixture(scope="session")
def student_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A narrower model with the same tokenizer."""
    from transformers import LlamaConfig

    config = LlamaConfig(**{**SHAPE, "intermediate_size": 64})
    return save_model(tmp_path_factory.mktemp("student") / "llama", config, seed=1)


@pytest.fixture
def asked(teacher: Variant, student_model: Path, tmp_path: Path) -> DistillSpec:
    """The student's own training rows are all wrong: what is right it can only have from the teacher."""
    student = TuneSpec(
        model=str(student_model),
        data=rows(tmp_path / "wrong.jsonl", numbers=range(6), flipped=True),
        validation=rows(tmp_path / "right.jsonl", numbers=range(6, 9)),
        precision="fp32",
        steps=70,
        evaluations=1,
        learning_rate=1e-2,
        target_modules=ALL_LINEAR,
        sample_answers=0,
    )
    return DistillSpec(teacher=teacher, student=student, requests=2)
