"""The bundled rows: what they hold, and that a simple baseline neither solves them nor is hopeless."""

from __future__ import annotations

import re
from collections import Counter

import numpy
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from kit.gate.personal.check import finder
from kit.gate.personal.kinds import kinds_of
from kit.verticals.baselines.features import features_of
from kit.verticals.medical import case, data_card
from kit.verticals.medical.bundle import LABELS, TEST_ROWS, make_rows, told
from kit.verticals.medical.nested import nested_order


def test_every_sample_of_the_source_is_told_once() -> None:
    train, test = make_rows()
    source = load_breast_cancer()
    assert (len(train), len(test)) == (569 - TEST_ROWS, TEST_ROWS)
    assert sorted(row["sample"] for row in train + test) == list(range(569))
    for row in train[:40] + test[:40]:
        values = list(features_of(row["text"]).values())
        numpy.testing.assert_allclose(values, source.data[row["sample"], :10], rtol=0.006)
        assert row["label"] == source.target_names[source.target[row["sample"]]]
    shares = [Counter(row["label"] for row in part)["benign"] / len(part) for part in (train, test)]
    assert shares == pytest.approx([0.627, 0.627], abs=0.003)
    assert set(LABELS) == {row["label"] for row in train}


def test_numbers_are_told_with_three_digits() -> None:
    assert told({"area": 1001.0, "radius": 9.999, "smoothness": 0.09, "texture": 20.0}) == (
        "area 1001; radius 10.0; smoothness 0.0900; texture 20.0"
    )


def test_another_seed_is_another_division() -> None:
    first, again, other = (make_rows(seed)[1] for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_rows_hold_no_personal_data() -> None:
    train, _test = make_rows()
    assert not any(finder(kinds_of(("all",))).find([row["text"] for row in train[:60]]))


def test_how_hard_they_are() -> None:
    """The bounds that the data card states, over ten divisions."""
    few_stump, few_line, line = [], [], []
    for seed in range(10):
        train, test = make_rows(seed)
        (x, y), (asked, right) = (_numbers(part) for part in (train, test))
        few = nested_order([row["label"] for row in train], seed)[:16]
        few_stump.append(DecisionTreeClassifier(max_depth=1, random_state=0).fit(x[few], y[few]).score(asked, right))
        straight = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        few_line.append(straight.fit(x[few], y[few]).score(asked, right))
        line.append(straight.fit(x, y).score(asked, right))
    bounds = re.findall(r"\| (0\.\d+) to (0\.\d+) \|", data_card())
    assert len(bounds) == 3
    for found, (low, high) in zip((few_stump, few_line, line), bounds, strict=True):
        assert float(low) <= min(found), found
        assert max(found) <= float(high), found


def test_the_case_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = case(quick=True, model="m")
    with monkeypatch.context() as patched:
        patched.setattr("kit.verticals.medical.bundle.make_rows", None)
        again = case(quick=True, model="m")
    assert again.key == first.key
    assert (again.task, again.name, again.group) == ("classify", "breast", "")


def _numbers(rows: list[dict[str, str]]) -> tuple[numpy.ndarray, numpy.ndarray]:
    table = numpy.array([list(features_of(row["text"]).values()) for row in rows], dtype=float)
    return table, numpy.array([row["label"] == "malignant" for row in rows])
