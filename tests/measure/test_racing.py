"""Racing: hopeless variants are given up early, others hardly ever, whenever one looks."""

from __future__ import annotations

import itertools
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from kit.data import DataSpec
from kit.engines import Variant
from kit.measure import EvaluateSpec
from kit.measure.evaluate import evaluate
from kit.measure.racing import RaceSpec
from kit.measure.racing.evidence import _STAKES, interval_of, most_wealth
from kit.measure.racing.watch import Watch
from kit.report import ListReport


def _by_hand(differences: list[int], total: int, margin: Fraction) -> float:
    """The same wealth in exact fractions, one gambler after another."""
    stakes = [Fraction(str(round(stake, 2))) for stake in _STAKES]
    own = [Fraction(1)] * len(stakes)
    most, summed = Fraction(1), 0
    for read, difference in enumerate(differences):
        fair = min((total * margin - summed) / (total - read), Fraction(1))
        own = [w * (1 + s / (1 + fair) * (difference - fair)) for w, s in zip(own, stakes, strict=True)]
        most = max(most, sum(own, Fraction(0)) / len(own))
        summed += difference
    return float(most)


def test_the_wealth_is_that_of_gamblers_one_by_one() -> None:
    differences = [1, 0, 1, -1, 1, 1, 0, 1, 0, 1]
    for margin in (Fraction(0), Fraction(1, 10), Fraction(1, 2)):
        found = most_wealth(differences, 40, float(margin))[0]
        assert found == pytest.approx(_by_hand(differences, 40, margin), rel=1e-9)


def test_fair_games_enrich_nobody_on_average() -> None:
    """Over all orders of a few rows whose mean is the margin, the expected wealth after each row is 1 at most."""
    rows = [1, 1, 0, 0, -1, -1]  # mean 0
    orders = set(itertools.permutations(rows))
    for read in range(1, 5):
        ends = []
        for order in orders:
            before = [_end(order[:read], len(rows), stake) for stake in _STAKES]
            ends.append(np.mean(before))
        assert np.mean(ends) == pytest.approx(1.0, abs=1e-9)


def _end(differences: tuple[int, ...], total: int, stake: float) -> float:
    own, summed = 1.0, 0.0
    for read, difference in enumerate(differences):
        fair = (0 - summed) / (total - read)
        own *= 1 + stake / (1 + fair) * (difference - fair)
        summed += difference
    return own


def _population(total: int, worse: int, better: int) -> list[float]:
    return [1.0] * worse + [-1.0] * better + [0.0] * (total - worse - better)


def test_variants_that_are_not_hopeless_are_seldom_given_up_though_one_looks_after_every_row() -> None:
    drawn = np.random.default_rng(0)
    for worse, better in ((40, 20), (20, 0), (100, 80)):  # all 10 points worse in 200 rows: the margin itself
        rows = np.array(_population(200, worse, better))
        given_up = sum(most_wealth(drawn.permutation(rows), 200, 0.1)[0] >= 1 / 0.1 for _sample in range(150))
        assert given_up <= 24  # of 150; 15 or fewer are expected, more than 24 in one of 100 cases


def test_hopeless_ones_are_given_up_soon() -> None:
    drawn = np.random.default_rng(1)
    rows = np.array(_population(500, 275, 25))  # 50 points worse
    after = []
    for _sample in range(20):
        lost = drawn.permutation(rows)
        after.append(next(n for n in range(1, 500) if most_wealth(lost[:n], 500, 0.1)[0] >= 1 / 0.05))
    assert np.median(after) < 50


def test_intervals_hold_and_narrow() -> None:
    drawn = np.random.default_rng(2)
    rows = np.array(_population(300, 120, 30))  # 0.3
    held = 0
    for _sample in range(40):
        lost = drawn.permutation(rows)
        early, late = interval_of(lost[:40], 300, 0.1), interval_of(lost[:250], 300, 0.1)
        assert late[1] - late[0] < early[1] - early[0]
        held += early[0] <= 0.3 <= early[1]
    assert held >= 34
    assert interval_of([0.0] * 10, 10, 0.05) == pytest.approx((0.0, 0.0), abs=0.006)  # all is read: nothing is left


def test_rows_are_read_in_random_order_and_all_of_them() -> None:
    chunks = Watch(RaceSpec(rows="x"), [1.0] * 200, 16).chunks()
    assert [len(chunk) for chunk in chunks] == [32] * 6 + [8]
    order = [row for chunk in chunks for row in chunk]
    assert sorted(order) == list(range(200))
    assert abs(np.corrcoef(order, range(200))[0, 1]) < 0.3
    assert chunks == Watch(RaceSpec(rows="y"), [0.0] * 200, 16).chunks()


@pytest.fixture
def spec(tiny_model: Path, tmp_path: Path) -> EvaluateSpec:
    lines = [json.dumps({"text": f"The price {i} goes", "label": ("up", "down")[i % 2]}) for i in range(120)]
    (tmp_path / "many.jsonl").write_text("\n".join(lines))
    return EvaluateSpec(
        variant=Variant(model=str(tiny_model), method="fp32"),
        data=DataSpec(source=str(tmp_path / "many.jsonl")),
        measures=("accuracy", "perplexity"),
        batch_size=16,
    )


def _rival(folder: Path, spec: EvaluateSpec, better: bool) -> RaceSpec:
    """Write a reference that is always right, or always wrong, about the same rows."""
    whole = evaluate(spec.replace(measures=("accuracy",)), ListReport(folder))
    path = folder / whole.artifacts["rows"]
    records = [json.loads(line) for line in path.read_text().split("\n") if line]
    told = [json.dumps({**each, "scores": {"acc": float(better)}}) for each in records]
    (folder / "rival.jsonl").write_text("\n".join(told))
    return RaceSpec(rows="rival.jsonl", reference="fp32")


def test_a_hopeless_variant_ends_early_and_says_why(spec: EvaluateSpec, tmp_path: Path) -> None:
    raced = spec.replace(race=_rival(tmp_path, spec, better=True))
    report = ListReport(tmp_path)
    result = evaluate(raced, report)
    told = result.facts["given_up"]
    assert result.status == "finished"
    assert (told["rows"], told["read"] % 32, told["read"] < 120) == (120, 0, True)
    assert "perplexity" not in result.metrics
    assert "right" not in result.facts
    assert 0.3 < result.metrics["acc"] < 0.7
    assert told["difference"] == pytest.approx(result.metrics["acc"] - 1)
    assert told["low"] <= told["difference"] <= told["high"] < -0.1
    assert told["reason"].startswith(f"given up after {told['read']} of 120 rows: it is evidently more than 10 points")
    assert len((tmp_path / result.artifacts["rows"]).read_text().splitlines()) == told["read"]
    again = evaluate(raced, ListReport(tmp_path))  # as a resumed one: the same decision, nothing scored anew
    assert again.metrics == result.metrics
    assert again.facts["given_up"] == told


def test_one_that_is_not_is_measured_as_without_a_race(spec: EvaluateSpec, tmp_path: Path) -> None:
    plain = evaluate(spec, ListReport(tmp_path))
    raced = evaluate(spec.replace(race=_rival(tmp_path, spec, better=False)), ListReport(tmp_path))
    assert "given_up" not in raced.facts
    assert raced.facts["right"] == plain.facts["right"]
    assert raced.metrics["perplexity"] == pytest.approx(plain.metrics["perplexity"])


def test_without_the_same_rows_there_is_no_race(spec: EvaluateSpec, tmp_path: Path) -> None:
    race = _rival(tmp_path, spec, better=True)
    path = tmp_path / "rival.jsonl"
    path.write_text("\n".join(path.read_text().split("\n")[1:]))
    for rows in (race.rows, "nothing.jsonl"):
        result = evaluate(spec.replace(race=race.replace(rows=rows), measures=("accuracy",)), ListReport(tmp_path))
        assert "given_up" not in result.facts
        assert len(result.facts["right"]) == 120
