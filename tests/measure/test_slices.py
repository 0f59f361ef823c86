"""A score slice by slice, and which stands out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_ind
from scored import scored

import kit
from kit.errors import KitError, UnknownNameError
from kit.measure.interval import wilson
from kit.measure.unpaired import unpaired


def _right(draw: np.random.Generator, n: int, share: float) -> list[float]:
    return (draw.random(n) < share).astype(float).tolist()


def _subjects(tmp_path: Path, shares: dict[str, tuple[int, float]], seed: int = 0) -> kit.Result:
    draw = np.random.default_rng(seed)
    acc = [x for n, share in shares.values() for x in _right(draw, n, share)]
    subjects = [{"subject": name} for name, (n, _share) in shares.items() for _row in range(n)]
    return scored(tmp_path, {"acc": acc}, slices=subjects)


def test_the_worst_slice_is_named(tmp_path: Path) -> None:
    result = _subjects(tmp_path, {"ENT": (80, 0.35), "eye": (100, 0.8), "skin": (120, 0.75), "rare": (6, 0.0)})
    found = kit.slices(result, "subject")
    assert found.worst is not None
    assert (found.worst.name, found.worst.kind) == ("subject=ENT", "worse")
    assert [(each.value, each.n) for each in found.slices] == [("ENT", 80), ("eye", 100), ("rare", 6), ("skin", 120)]
    assert [each.kind == "too few rows" for each in found.slices] == [False, False, True, False]
    assert found.sentence.startswith("The worst slice is subject=ENT: -")
    assert found.sentence.endswith("after correction for 3 comparisons).")
    rest = result.facts["right"][80:]
    assert found.worst.gap == pytest.approx(np.mean(result.facts["right"][:80]) - np.mean(rest))
    assert found.slices[2].gap is None


def test_slices_by_chance_do_not_stand_out(tmp_path: Path) -> None:
    named = 0
    for seed in range(60):
        result = _subjects(tmp_path, dict.fromkeys("abcdefgh", (30, 0.7)), seed)
        named += kit.slices(result, "subject").worst is not None
    assert named <= 7  # five in a hundred err to either side


def test_it_says_that_none_stands_out(tmp_path: Path) -> None:
    found = kit.slices(_subjects(tmp_path, {"a": (50, 0.7), "b": (50, 0.7)}))
    assert found.worst is None
    assert found.sentence == (
        "No slice of these 100 rows stands out as worse in accuracy, after correction for 2 comparisons."
    ) or found.sentence.startswith("No slice of these 100 rows")


def test_intervals_are_wilsons_for_shares(tmp_path: Path) -> None:
    found = kit.slices(_subjects(tmp_path, {"a": (40, 0.5), "b": (60, 0.5)}))
    for each in found.slices:
        low, high = wilson(round(each.score * each.n), each.n, 0.975)
        assert (each.low, each.high) == pytest.approx((low, high))


def test_scores_that_are_not_right_or_wrong(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    f1 = np.concatenate([draw.beta(1, 3, 60), draw.beta(3, 1, 140)])
    groups = [{"part": "first" if i < 60 else "second"} for i in range(200)]
    found = kit.slices(scored(tmp_path, {"f1": f1.tolist()}, slices=groups), "part")
    assert found.metric == "f1"
    assert [each.kind for each in found.slices] == ["worse", "better"]
    assert found.slices[0].low < f1[:60].mean() < found.slices[0].high
    assert "in F1 against all other rows" in found.sentence


def test_two_groups_are_told_apart_as_by_welch() -> None:
    draw = np.random.default_rng(2)
    for shift in (0.1, 0.3, 0.6):
        first, second = draw.normal(shift, 1, 60), draw.normal(0, 2, 90)
        found, wanted = unpaired(first, second), ttest_ind(first, second, equal_var=False)
        assert found.decision_p == pytest.approx(wanted.pvalue, abs=1e-3)
        interval = wanted.confidence_interval(0.95)
        assert found.interval(0.95) == pytest.approx((interval.low, interval.high), abs=1e-3)


def test_shares_of_two_groups_by_agresti_and_caffo() -> None:
    """Their formula, worked out for 12 of 30 and 40 of 50: (13/32 - 41/52) -+ 1.96 sqrt(...)."""
    first, second = np.array([1.0] * 12 + [0.0] * 18), np.array([1.0] * 40 + [0.0] * 10)
    found = unpaired(first, second)
    a, b = 13 / 32, 41 / 52
    half = 1.959964 * (a * (1 - a) / 32 + b * (1 - b) / 52) ** 0.5
    assert found.interval(0.95) == pytest.approx((a - b - half, a - b + half), abs=1e-6)
    assert found.difference == pytest.approx(0.4 - 0.8)
    low, high = found.interval(1 - found.decision_p)
    assert high == pytest.approx(0, abs=1e-6)
    assert low < high


def test_groups_without_spread() -> None:
    same, other = np.full(30, 0.5), np.full(40, 0.25)
    assert unpaired(same, same).decision_p == 1
    assert unpaired(same, other).decision_p == 0


@pytest.mark.parametrize("by", ["label", ("label", "length"), ()])
def test_any_columns(tmp_path: Path, by: str | tuple[str, ...]) -> None:
    asked = ["y" * (i % 57 + 1) for i in range(120)]
    labels = [{"label": "ab"[i % 2]} for i in range(120)]
    result = scored(tmp_path, {"acc": [1.0, 0.0, 1.0] * 40}, asked=asked, slices=labels)
    wanted = {"label"} if by == "label" else {"label", "length"}
    assert {each.by for each in kit.slices(result, by).slices} == wanted


def test_it_shows_as_a_table(tmp_path: Path) -> None:
    found = kit.slices(_subjects(tmp_path, {"<ENT>": (80, 0.3), "eye": (100, 0.8)}), "subject")
    assert repr(found).splitlines()[0] == found.sentence
    assert repr(found).splitlines()[1].startswith("subject=<ENT>   80  ")
    assert repr(found).splitlines()[1].endswith(")  worse")
    assert "<td>subject=&lt;ENT&gt;</td><td>80</td>" in found._repr_html_()
    values = json.loads(json.dumps(found.to_dict()))
    assert values["worst"] == "subject=<ENT>"
    assert values["slices"][0]["kind"] == "worse"


def test_what_cannot_be_sliced_says_why(tmp_path: Path) -> None:
    bare = scored(tmp_path, {"acc": [1.0, 0.0] * 30}, asked=[""] * 60)
    with pytest.raises(KitError, match=r"nothing to group these rows by.*slices="):
        kit.slices(bare)
    with pytest.raises(UnknownNameError, match="by='subject'"):
        kit.slices(bare, "subject")
    with pytest.raises(UnknownNameError, match=r"metric='f1' is not known. Known: acc"):
        kit.slices(scored(tmp_path, {"acc": [1.0, 0.0] * 30}), metric="f1")
    with pytest.raises(KitError, match="no record of its rows"):
        kit.slices(kit.Result(spec={}))
