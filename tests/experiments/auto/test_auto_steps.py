"""What a search tries next, how closely, and how long that will take."""

from __future__ import annotations

import time
import warnings
from itertools import product
from pathlib import Path

import pytest
from tinymodel import write_rows

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.experiments.auto.budget import Budget, Stopwatch
from kit.experiments.auto.candidates import Candidate, candidates
from kit.experiments.auto.fidelity import evaluation, part_requests, part_rows
from kit.experiments.auto.objective import objectives
from kit.experiments.auto.proposing import propose
from kit.experiments.auto.spec import AutoSpec
from kit.measure.examples import examples_for
from kit.report import ListReport

GOALS = objectives(("acc", "tpot_s"))
ALL = [
    Candidate(f"{model} {method}", Variant(model=model, method=method), weight=float(i))
    for i, (model, method) in enumerate(product("abcd", ("bnb-nf4", "bnb-int8", "bf16", "fp32")))
]


def _propose(done: dict[Candidate, tuple[float, float]], **more: float) -> Candidate:
    left = [each for each in ALL if each not in done]
    return propose(left, done, broken={each: more.get(each.model, 0.0) for each in done}, goals=GOALS, seed=3)


def test_the_cheapest_come_first() -> None:
    done: dict[Candidate, tuple[float, float]] = {}
    for each in ALL[:4]:
        assert _propose(done) is each
        done[each] = (0.5, 1.0)


def test_then_what_resembles_the_best(capfd: pytest.CaptureFixture[str]) -> None:
    """bf16 is best in both objectives with every model: what is proposed next is mostly bf16, and is new."""
    done = {each: (0.9, 0.1) if each.variant.method == "bf16" else (0.3, 1.0) for each in ALL if each.model in "ab"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [
            propose(
                [each for each in ALL if each not in done],
                done,
                broken=dict.fromkeys(done, 0.0),
                goals=GOALS,
                seed=seed,
            )
            for seed in range(8)
        ]
        assert _propose(done) == _propose(done)  # the same measurements, the same proposal
    assert all(each.model in "cd" for each in found)
    assert sum(each.variant.method == "bf16" for each in found) >= 5
    assert capfd.readouterr() == ("", "")


def test_what_breaks_limits_is_avoided() -> None:
    """Model a is better than c, and breaks a limit: models like a are proposed less often."""
    done = {each: (0.9 if each.model == "a" else 0.3, 0.5) for each in ALL[:2] + ALL[8:10]}
    left = [each for each in ALL if each not in done]
    counts = {}
    for name, broken in (("kept", 0.0), ("broken", 1.0)):
        limits = {each: broken if each.model == "a" else 0.0 for each in done}
        found = [propose(left, done, broken=limits, goals=GOALS, seed=seed) for seed in range(12)]
        counts[name] = sum(each.model == "a" for each in found)
    assert counts["broken"] < counts["kept"]


@pytest.fixture
def spec(tmp_path: Path) -> AutoSpec:
    labels = ["rare"] * 3 + ["often", "usual"] * 100
    rows = write_rows(tmp_path / "rows.jsonl", [f"Row {i}" for i in range(len(labels))], labels)
    return AutoSpec(models=("m",), data=DataSpec(source=str(rows)), requests=12, measures=(*_USUAL, "energy"))


_USUAL = ("accuracy", "latency", "memory")


def test_a_part_asks_some_of_the_same_questions(spec: AutoSpec) -> None:
    data = open_data(spec.data)
    part, whole = (evaluation(spec, Variant(model="m", method="bf16"), each, data) for each in ("part", "all"))
    assert (whole.data, whole.requests, whole.measures) == (spec.data, 12, spec.measures)
    assert (part.requests, part.measures) == (4, _USUAL)
    assert part.data is not None
    some = open_data(part.data)
    assert len(some) == part_rows(len(data)) == 48
    asked, all_asked = (set(map(str, examples_for(each, rows).prompts)) for each, rows in ((part, some), (whole, data)))
    assert asked < all_asked  # the instruction names every label, whichever the part has


def test_few_rows_have_no_part() -> None:
    assert [part_rows(n) for n in (1, 95, 96, 288, 600)] == [None, None, 48, 48, 100]
    assert [part_requests(n) for n in (1, 3, 9, 10, 30)] == [1, 3, 3, 3, 10]


def test_what_measuring_all_will_take() -> None:
    budget = Budget(100)
    phases = {"loading": 4.0, "scoring": 2.0, "timing": 3.0}
    assert budget.whole(phases, 6, 3) == pytest.approx((4 + 2 * 6 + 3 * 3) * 1.1)
    budget.learn(27.5, 50.0)  # it took twice as long as the 25 s that were meant
    assert budget.whole(phases, 6, 3) == pytest.approx(25 * 1.1 * 2)


def test_what_was_spent_before_is_gone() -> None:
    budget = Budget(100, spent=40)
    assert (budget.left, budget.spent) == (pytest.approx(60, abs=1), pytest.approx(40, abs=1))


def test_a_stopwatch_tells_phases_and_the_end(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    watch = Stopwatch(report, "bf16", Budget(0.2), total=50)
    watch.progress("loading")
    time.sleep(0.05)
    watch.progress("scoring", 1, 2)
    watch.metric("acc", 0.5)
    assert not watch.stop_asked()
    time.sleep(0.2)
    assert watch.stop_asked()
    assert not report.stop_asked()
    assert watch.close()["loading"] == pytest.approx(0.05, abs=0.04)
    assert watch.phases["scoring"] >= 0.2
    told = [event for event in report.events if event["kind"] == "progress"]
    assert {(event["phase"], event["part"], event["unit"]) for event in told} == {("searching", "bf16", "s")}
    assert [event["name"] for event in report.events if event["kind"] == "metric"] == ["bf16/acc"]


def test_candidates_are_every_model_by_every_method(tiny_model: Path, spec: AutoSpec) -> None:
    two = spec.replace(models=(str(tiny_model), "smollm2-135m-instruct"), methods=("fp32", "bf16"))
    tiny = tiny_model.name
    names = ["smollm2-135m-instruct bf16", "smollm2-135m-instruct fp32"]
    assert [each.name for each in candidates(two)] == [f"{tiny} bf16", f"{tiny} fp32", *names]
    refused = candidates(two.replace(limits={"parameters": 1e6}))
    assert [(each.name, each.error is None) for each in refused[:2]] == [(f"{tiny} bf16", True), (f"{tiny} fp32", True)]
    assert all("parameters" in (each.error or {})["message"] for each in refused[2:])
