"""`kit.compare`: one evaluation against another, and several."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scored import scored

import kit
from kit.errors import KitError, ParameterError, UnknownNameError
from kit.measure.versus import against_first
from kit.place import runs_folder

LABELS = ["neutral", "good", "bad"]


def _acc(n: int, share: float, seed: int = 0) -> list[float]:
    return (np.random.default_rng(seed).random(n) < share).astype(float).tolist()


def _but(values: list[float], *wrong: int) -> list[float]:
    return [0.0 if i in wrong else value for i, value in enumerate(values)]


def _one(*args: Any, **kwargs: Any) -> kit.Verdict:
    found = kit.compare(*args, **kwargs)
    assert isinstance(found, kit.Verdict)
    return found


def _many(*args: Any, **kwargs: Any) -> kit.Verdicts:
    found = kit.compare(*args, **kwargs)
    assert isinstance(found, kit.Verdicts)
    return found


def test_two_evaluations(tmp_path: Path) -> None:
    whole = [1.0] * 300
    new = scored(
        tmp_path / "20260101-000000-evaluate-aaaa", {"acc": _but(whole, *range(20))}, method="nf4", seconds=0.5
    )
    reference = scored(tmp_path / "20260101-000000-evaluate-bbbb", {"acc": whole}, seconds=1.0)
    verdict = _one(new, reference)
    assert (verdict.kind, verdict.n, verdict.differing, verdict.comparisons) == ("worse", 300, 20, 1)
    assert (verdict.score, verdict.reference_score) == pytest.approx((280 / 300, 1.0))
    assert repr(verdict) == (
        "tiny nf4 · aaaa against tiny fp32 · bbbb, 300 rows: 2.0× faster, 6.7 points worse (-10.1 to -4.4 points)."
    )
    assert _one(reference, new).difference == -verdict.difference
    same = _one(reference, reference)
    assert same.kind == "no evidence"
    assert "four times in five" in repr(same)


def test_runs_and_their_ids(tmp_path: Path) -> None:
    folder = runs_folder() / "20260101-000000-evaluate-abcd"
    made = scored(folder, {"acc": _acc(100, 0.8)})
    (folder / "result.json").write_text(made.to_json(), encoding="utf-8")
    spec = {"spec": "kit.measure.spec:EvaluateSpec", "variant": {"model": "m"}, "data": {"source": "finance-alerts"}}
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    (folder / "about.json").write_text(json.dumps({"created": 1e9, "cwd": "/", "origin": None}), encoding="utf-8")
    (folder / "events.jsonl").write_text('{"t": 1.0, "kind": "state", "state": "finished"}\n', encoding="utf-8")
    other = scored(tmp_path, {"acc": _acc(100, 0.8, 1)})
    by_id, by_run = _one("abcd", other), _one(kit.find_run("abcd"), other)
    assert by_id == by_run
    assert by_id.name == "tiny fp32 · abcd"
    assert kit.slices("abcd", "length").n == 100


@pytest.mark.parametrize("metric", ["f1", "logprob", "macro_f1"])
def test_other_scores_are_bootstrapped(tmp_path: Path, metric: str) -> None:
    draw = np.random.default_rng(4)
    gold = [LABELS[i % 3] for i in range(150)]
    better = [g if draw.random() < 0.9 else "bad" for g in gold]
    worse = [g if draw.random() < 0.5 else "bad" for g in gold]
    made = [
        scored(
            tmp_path / name,
            {"f1": np.clip(draw.normal(mean, 0.2, 150), 0, 1).tolist()},
            gold=gold,
            answers=answers,
            logprobs=draw.normal(-4 + mean, 0.5, (150, 3)).tolist(),
            labels=LABELS,
        )
        for name, mean, answers in (("new", 0.8, better), ("old", 0.3, worse))
    ]
    verdict = _one(*made, metric=metric)
    assert (verdict.kind, verdict.test, verdict.metric, verdict.p_mid) == ("better", "paired bootstrap", metric, None)
    assert 0 < verdict.low < verdict.difference < verdict.high
    assert verdict.difference == pytest.approx((verdict.score or 0) - (verdict.reference_score or 0))
    assert ("points" in verdict.sentence) == (metric != "logprob")
    assert ("delta_acc" in verdict.to_dict()) == (metric != "logprob")
    json.dumps(verdict.to_dict())
    few = [dataclasses.replace(each) for each in made]
    for each in few:
        assert each.folder is not None
        path = each.folder / each.artifacts["rows"]
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:5]))
    with pytest.raises(ParameterError, match="0/1 scores, or scores of at least 8 rows"):
        kit.compare(*few, metric=metric)


def test_less_is_better_of_some_scores(tmp_path: Path) -> None:
    new = scored(tmp_path / "a", {"brier_score": [0.1 + 0.001 * i for i in range(50)]})
    reference = scored(tmp_path / "b", {"brier_score": [0.3 + 0.001 * i for i in range(50)]})
    verdict = _one(new, reference)
    assert (verdict.kind, verdict.difference) == ("better", pytest.approx(-0.2))
    assert verdict.sentence == "0.2 better in Brier score (-0.2 to -0.2)"


def test_slices_of_a_comparison(tmp_path: Path) -> None:
    slices = [{"label": "calm" if i < 150 else "hit" if i < 290 else "rare"} for i in range(300)]
    whole = [1.0] * 300
    new = scored(tmp_path / "a", {"acc": _but(whole, *range(200, 240), 3, 290)}, slices=slices)
    reference = scored(tmp_path / "b", {"acc": _but(whole, 7, 8)}, slices=slices)
    verdict = _one(new, reference, by="label")
    assert [(each.name, each.kind, each.n) for each in verdict.slices] == [
        ("label=calm", "no evidence", 150),
        ("label=hit", "worse", 140),
    ]
    assert [each.comparisons for each in verdict.slices] == [2, 2]
    assert verdict.worst is verdict.slices[1]
    assert repr(verdict).endswith("The worst slice is label=hit.")
    assert {each.name.partition("=")[0] for each in _one(new, reference, by=("label", "length")).slices} == {
        "label",
        "length",
    }
    with pytest.raises(UnknownNameError, match="by='subject'"):
        kit.compare(new, reference, by="subject")
    bare = kit.Result(spec={}, facts={"right": [1, 0, 1]})
    with pytest.raises(KitError, match="no record of their rows"):
        kit.compare(bare, bare, by="label")


def _sweep(folder: Path, **right: list[float]) -> kit.Result:
    parts = [scored(folder, {"acc": values}, method=method) for method, values in right.items()]
    failed = kit.Result(spec={}, status="failed", facts={"method": "gpu"})
    return kit.Result(spec={}, parts=(*parts, failed), folder=folder)


def test_a_sweep_against_its_first_variant(tmp_path: Path) -> None:
    whole = [1.0] * 200
    made = _sweep(tmp_path, fp32=whole, bf16=_but(whole, 1), nf4=_but(whole, *range(30)))
    table = _many(made)
    assert [(each.name, each.reference, each.kind) for each in table] == [
        ("bf16", "fp32", "no evidence"),
        ("nf4", "fp32", "worse"),
    ]
    assert table["nf4"].comparisons == 2
    assert table["nf4"].sentence.endswith("after correction for 2 comparisons)")
    assert [each.name for each in table[1:]] == ["nf4"]
    assert len(table) == len(table.to_dict()) == 2
    assert repr(table).splitlines()[1].startswith("nf4   fp32  200  accuracy 85  ")
    assert "<td>nf4</td><td>fp32</td><td>200</td><td>accuracy 85</td>" in table._repr_html_()
    with pytest.raises(UnknownNameError, match=r"name='int8' is not known. Known: bf16, nf4"):
        table["int8"]


def test_two_sweeps_by_the_names_of_their_variants(tmp_path: Path) -> None:
    whole = [1.0] * 200
    tuned = _sweep(tmp_path / "tuned", fp32=whole, nf4=whole, bf16=whole)
    plain = _sweep(tmp_path / "plain", nf4=_but(whole, *range(40)), fp32=_but(whole, *range(50)), int8=whole)
    assert [(each.name, each.reference, each.differing) for each in _many(tuned, plain)] == [
        ("fp32", "fp32", 50),
        ("nf4", "nf4", 40),
    ]
    with pytest.raises(KitError, match="no variant in common: fp32, nf4, bf16; a, b"):
        kit.compare(tuned, _sweep(tmp_path / "other", a=whole, b=whole))


def test_a_sweep_against_one_evaluation(tmp_path: Path) -> None:
    whole = [1.0] * 200
    made = _sweep(tmp_path / "20260101-000000-sweep-ssss", fp32=whole, nf4=_but(whole, 1))
    one = scored(tmp_path / "20260101-000000-evaluate-eeee", {"acc": whole})
    assert [(each.name, each.reference) for each in _many(made, one)] == [
        ("fp32", "tiny fp32 · eeee"),
        ("nf4", "tiny fp32 · eeee"),
    ]
    assert [each.reference for each in _many(one, made)] == ["fp32", "nf4"]


def test_tasks_are_compared_each_with_itself(tmp_path: Path) -> None:
    def evaluated(name: str, wrong: int) -> kit.Result:
        folder = tmp_path / name
        tasks = [
            scored(folder, {"acc": _but([1.0] * 200, *range(wrong if task == "arc" else 0))}, task=task)
            for task in ("arc", "piqa")
        ]
        artifacts = tasks[0].artifacts | tasks[1].artifacts
        return dataclasses.replace(tasks[0], artifacts=artifacts)

    table = _many(evaluated("new", 30), evaluated("old", 0))
    assert [(each.name, each.kind, each.comparisons) for each in table] == [
        ("arc", "worse", 2),
        ("piqa", "no evidence", 2),
    ]


def test_parts_that_tell_of_loads_are_no_variants(tmp_path: Path) -> None:
    level = kit.Result(spec={}, metrics={"ttft_s": 0.1}, facts={"load": "2 users"})
    made = dataclasses.replace(scored(tmp_path, {"acc": [1.0] * 50}), parts=(level, level))
    assert _one(made, made).n == 50


def test_what_cannot_be_compared_says_why(tmp_path: Path) -> None:
    one = scored(tmp_path, {"acc": [1.0] * 50})
    with pytest.raises(KitError, match="one variant only"):
        kit.compare(one)
    with pytest.raises(KitError, match="Nothing in this result was measured row by row"):
        kit.compare(one, kit.Result(spec={}))
    for level in (0.2, 1.0, 95):
        with pytest.raises(ParameterError, match="level="):
            kit.compare(one, one, level=level)
    with pytest.raises(ParameterError, match="comparisons=0"):
        kit.compare(one, one, comparisons=0)
    with pytest.raises(ParameterError, match="b=3 is not allowed: it must be a run, its id, or a result"):
        kit.compare(one, 3)  # type: ignore[arg-type]


def test_a_comparison_that_is_one_of_several(tmp_path: Path) -> None:
    whole = [1.0] * 200
    new, reference = (scored(tmp_path / n, {"acc": _but(whole, *range(k))}) for n, k in (("a", 7), ("b", 0)))
    assert _one(new, reference).kind == "worse"
    among = _one(new, reference, comparisons=10)
    assert (among.kind, among.comparisons) == ("no evidence", 10)
    wide, narrow = (_one(new, reference, level=level) for level in (0.99, 0.9))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_rows_against_the_first_of_them() -> None:
    def bare(right: list[int], data: str = "h") -> kit.Result:
        return kit.Result(spec={}, facts={"right": right}, provenance={"data_hash": data})

    found = against_first([bare([1] * 60), bare([1] * 60, "other"), bare([1] * 40 + [0] * 20), bare([1] * 60)])
    assert [each and each.kind for each in found] == ["reference", None, "worse", "no evidence"]
    assert [each.comparisons for each in found[2:] if each] == [2, 2]
