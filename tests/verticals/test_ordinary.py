"""What is out of the ordinary is told in words before the numbers: learnt from rows to train on, the same for all."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kit.data import DataSpec, open_data
from kit.verticals.preparing.ordinary import UNUSUAL, Ordinary, ordinary_of


def _spec(path: Path, rows: list[dict[str, Any]], **fields: Any) -> DataSpec:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return DataSpec(source=str(path), text="features", label="label", task="classify", **fields)


def _rows(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Three in four are well: heat around 20; of the others heat is around 60."""
    chance = random.Random(seed)
    found = []
    for place in range(n):
        well = place % 4 > 0
        heat = chance.gauss(20 if well else 60, 2)
        features = {"heat": round(heat, 2), "load": chance.choice(["full", "half"]), "on": True, "age": 3}
        found.append({"features": features, "label": "well" if well else "broken"})
    return found


def test_it_is_learnt_from_rows_with_the_commonest_label(tmp_path: Path) -> None:
    rows = _rows(800)
    found = ordinary_of(_spec(tmp_path / "rows.jsonl", rows))
    well = np.array([row["features"]["heat"] for row in rows if row["label"] == "well"])
    assert list(found.bounds) == ["heat", "age"]  # a word and a flag have no bounds
    assert found.bounds["heat"] == pytest.approx(np.quantile(well, [0.01, 0.99]))
    said = [found.words(row["features"]) for row in rows if row["label"] == "broken"]
    assert set(said) == {"heat very high"}
    quiet = [found.words(row["features"]) == "nothing" for row in rows if row["label"] == "well"]
    assert np.mean(quiet) == pytest.approx(0.98, abs=0.01)


def test_the_furthest_comes_first_and_four_are_told() -> None:
    found = Ordinary(dict.fromkeys("abcdef", (0.0, 1.0)))
    assert found.words({"a": 1.5, "b": -3.0, "c": 9, "d": 1.1, "e": 0.5, "f": 1.2}) == (
        "c very high, b very low, a high, f high"
    )
    assert found.words({"a": "much", "b": None, "c": True}) == "nothing"


def test_rows_are_read_with_it_and_nothing_else_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "home"))
    rows = _rows(200)
    asked = _spec(tmp_path / "rows.jsonl", rows)
    found = ordinary_of(asked)
    told, plain = open_data(found.rows(asked)), open_data(asked)
    assert [row.answer for row in told.items] == [row.answer for row in plain.items]
    for one, other in zip(told.items, plain.items, strict=True):
        first, _between, rest = one.text.partition("; ")
        assert rest == other.text
        assert first in (
            f"{UNUSUAL}: nothing",
            f"{UNUSUAL}: heat high",
            f"{UNUSUAL}: heat low",
            f"{UNUSUAL}: heat very high",
        )
    assert found.told({UNUSUAL: "mine", "heat": 99.0}) == {UNUSUAL: "mine", "heat": 99.0}  # somebody's own column


def test_what_somebody_writes_is_read_as_the_rows_were() -> None:
    found = Ordinary({"heat": (10.0, 30.0), "age": (0.0, 90.0)})
    row = {"heat": 80, "load": "full", "age": 3}
    written = "; ".join(f"{name}: {value}" for name, value in row.items())
    assert found.text(written) == "; ".join(f"{name}: {value}" for name, value in found.told(row).items())
    changed = found.text(written).replace("80", "20")
    assert found.text(changed) == "unusual: nothing; heat: 20; load: full; age: 3"
    for plain in ("It hurts when I walk; what is it?", "", "mood: good"):
        assert found.text(plain) == plain
    assert Ordinary().text(written) == written


def test_texts_and_few_rows_have_nothing_ordinary(tmp_path: Path) -> None:
    texts = [{"features": f"text {place}", "label": "ab"[place % 2]} for place in range(60)]
    assert ordinary_of(_spec(tmp_path / "texts.jsonl", texts)) == Ordinary()
    few = ordinary_of(_spec(tmp_path / "few.jsonl", _rows(20)))
    assert few == Ordinary()
    assert few.told({"heat": 99.0}) == {"heat": 99.0}
    spec = _spec(tmp_path / "again.jsonl", texts)
    assert Ordinary().rows(spec) is spec
