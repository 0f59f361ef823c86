"""What cards and foot lines tell of a vertical: its outcome, with the metric named where it is not accuracy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.apps.gallery import Entry
from kit.apps.gallery.cards import gallery_page
from kit.apps.gallery.foot import foot
from kit.verticals.outcome import outcome_of, write

HELD: dict[str, Any] = {
    "model": "smol",
    "method": "bf16",
    "metric": "acc",
    "tuned": {"value": 0.812, "low": 0.78, "high": 0.84},
    "rows": {"train": 900, "test": 1200},
}


@pytest.fixture
def entry(tmp_path: Path) -> Entry:
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Which?\n\nAbout it.\n\n**Limits.** Only these."}]
    app = {"model": "catalogue-model", "vertical": "finance"}
    made = {"cells": cells, "metadata": {"tunebook": {"app": app}}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "finance.ipynb").write_text(json.dumps(made))
    return Entry("finance", tmp_path / "finance.ipynb")


def test_before_anything_was_measured(entry: Entry) -> None:
    told = entry.told()
    assert (told["model"], told["accuracy"], told["date"]) == ("catalogue-model", "", "")
    assert "accuracy not measured yet" in foot(told, owner=False)


def test_accuracy_with_its_interval(entry: Entry) -> None:
    date = write(outcome_of("finance", "payments"), HELD, key="k")["date"]
    told = entry.told()
    assert told["accuracy"] == "0.81 (0.78 – 0.84) on 1,200 rows"
    assert (told["model"], told["date"], told["metric"]) == ("smol, tuned · bf16", date, "")
    assert "Only these." in told["limits"]
    assert "<span>accuracy 0.81 (0.78 – 0.84) on 1,200 rows</span>" in foot(told, owner=False)


def test_another_metric_is_named(entry: Entry) -> None:
    write(outcome_of("finance", "payments", quick=True), {**HELD, "metric": "macro_f1", "quick": True}, key="k")
    told = entry.told()
    assert told["accuracy"].endswith("(a quick look)")
    assert "<span>macro-F1 0.81" in foot(told, owner=False)
    page = gallery_page([("/app/finance/", told)], theme="light", other="/", owner=False)
    assert "<dt>Macro-F1</dt>" in page


@pytest.mark.parametrize("tuned", [None, 3, {"value": 0.8}, {"value": "x", "low": 0, "high": 1}])
def test_an_outcome_of_another_kind_is_passed_over(entry: Entry, tuned: Any) -> None:
    write(outcome_of("finance", "payments"), {**HELD, "tuned": tuned}, key="k")
    assert entry.told()["model"] == "catalogue-model"
