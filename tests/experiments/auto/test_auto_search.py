"""The search itself: what it measures in which order, within its budget, and what is left after a stop or a kill."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tinymodel import write_rows
from tinysearch import look

import kit
from kit.data import DataSpec
from kit.errors import MissingPackageError
from kit.experiments.auto import search as module
from kit.experiments.auto import spec as spec_module
from kit.experiments.auto.search import auto
from kit.experiments.auto.spec import AutoSpec
from kit.jobs import start
from kit.measure.spec import EvaluateSpec
from kit.report import ListReport, Report
from kit.result import Result

ROWS = 240
FAST = {"fp32": 0.30, "bf16": 0.10, "fp16": 0.12, "bnb-nf4": 0.05}
RIGHT = {"fp32": 0.90, "bf16": 0.90, "fp16": 0.40, "bnb-nf4": 0.70}
RAM = {"fp32": 2000.0, "bf16": 1000.0, "fp16": 2100.0, "bnb-nf4": 700.0}


class Machine:
    """Stands in for measuring: says what is known of each method, takes as long as it is told, and counts."""

    def __init__(
        self, seconds: float = 0.0, during: Callable[[str], None] = lambda name: None, same: Sequence[str] = ()
    ) -> None:
        self.seen: list[tuple[str, int]] = []
        self._seconds, self._during, self._same = seconds, during, same

    def __call__(self, what: EvaluateSpec, report: Report, *, name: str = "") -> Result:
        assert what.data is not None
        rows = what.data.limit or ROWS
        self.seen.append((name, rows))
        self._during(name)
        report.check()
        report.progress("scoring", 0, rows)
        end = time.monotonic() + self._seconds * rows / ROWS
        while time.monotonic() < end:
            report.check()
            time.sleep(0.002)
        method = what.variant.method
        hard = np.random.default_rng(0).permutation(ROWS)[:rows] / ROWS
        made = look(list((hard < RIGHT[method]).astype(int)), FAST[method], RAM[method])
        made.facts["only_answer"] = "u" if method in self._same else None
        facts = {**made.facts, "method": name, "model": what.variant.model}
        return dataclasses.replace(made, spec=what.to_dict(), facts=facts)


@pytest.fixture
def spec(tiny_model: Path, tmp_path: Path) -> AutoSpec:
    texts, labels = zip(*((f"Row {i} goes {'up' if i % 2 else 'down'}", "ud"[i % 2]) for i in range(ROWS)), strict=True)
    rows = write_rows(tmp_path / "rows.jsonl", texts, labels)
    return AutoSpec(
        models=(str(tiny_model),), data=DataSpec(source=str(rows)), methods=tuple(FAST), minutes=5, requests=3
    )


def _search(spec: AutoSpec, folder: Path, monkeypatch: pytest.MonkeyPatch, machine: Any) -> tuple[Result, ListReport]:
    monkeypatch.setattr(module, "measured_apart", machine)
    report = ListReport(folder)
    return auto(spec, report), report


def _progress(report: ListReport) -> list[dict[str, Any]]:
    return [event for event in report.events if event["kind"] == "progress"]


def test_what_is_beaten_is_measured_on_a_part_only(
    spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine()
    result, report = _search(spec, tmp_path / "run", monkeypatch, machine)
    assert [name for name, _rows in machine.seen[:4]] == ["bnb-nf4", "bf16", "fp16", "fp32"]  # cheapest first
    assert {rows for _name, rows in machine.seen[:4]} == {48}
    assert {name for name, rows in machine.seen[4:]} == {"bnb-nf4", "bf16", "fp32"}
    assert {rows for _name, rows in machine.seen[4:]} == {ROWS}
    assert result.facts["pareto"] == ["bnb-nf4", "bf16"]
    assert set(result.facts["out"]) == {"fp16", "fp32"}
    assert result.facts["best"]["name"] == "bf16"
    assert result.facts["not_tried"] == []
    assert repr(result) == "Result(finished; front: bnb-nf4, bf16; best: bf16; 4 parts)"
    parts = {part.facts["method"]: part for part in result.parts}
    assert [parts[name].facts["fidelity"] for name in ("fp32", "bf16", "fp16")] == ["all", "all", "part"]
    assert [name for name, part in parts.items() if part.facts["front"]] == ["bf16", "bnb-nf4"]
    assert "is no worse in any objective" in parts["fp16"].facts["out"]
    assert parts["bnb-nf4"].facts["verdict"]["kind"] == "worse"  # against the heaviest on all rows
    assert Result.from_dict(json.loads(result.to_json())) == result
    told = [event["done"] for event in _progress(report)]
    assert told == sorted(told)
    assert all(0 <= event["done"] <= event["total"] <= 300 for event in _progress(report))


def test_limits_put_out_and_choose(spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limited = spec.replace(limits={"max_ram_mib": 800, "acc": 0.6})
    result, _report = _search(limited, tmp_path / "run", monkeypatch, Machine())
    assert result.facts["pareto"] == ["bnb-nf4"]
    assert result.facts["best"]["name"] == "bnb-nf4"
    assert "max_ram_mib is 1000 instead of at most 800" in result.facts["out"]["bf16"]


def test_the_budget_is_kept(spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(seconds=1.0)  # 0.2 s a first look, 1 s in full: room for the looks and one more
    began = time.monotonic()
    result, report = _search(spec.replace(minutes=2.2 / 60), tmp_path / "run", monkeypatch, machine)
    assert time.monotonic() - began < 2.2 + 1.5  # beside measuring: the model is made ready, figures are judged
    whole = [name for name, rows in machine.seen if rows == ROWS]
    assert len(whole) == 1
    assert (result.status, result.facts["budget"]["seconds"]) == ("finished", pytest.approx(2.2))
    missing = {each["name"]: each for each in result.facts["not_tried"]}
    assert set(missing) == {"bf16", "bnb-nf4", "fp32"} - set(whole)
    assert all(
        "of the budget were left" in each["reason"] or "was spent" in each["reason"] for each in missing.values()
    )
    assert {each["measured"] for each in missing.values()} == {"part"}
    assert set(result.facts["pareto"]) >= {"bf16", "bnb-nf4"}  # what was not beaten stays, however little is known
    assert repr(result).endswith("; 2 not tried on all rows; 4 parts)")
    assert any("Not measured on all rows" in e["text"] for e in report.events if e["kind"] == "message")


def test_what_overruns_is_cut_off(spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = time.monotonic()
    result, _report = _search(spec.replace(minutes=0.3 / 60), tmp_path / "run", monkeypatch, Machine(seconds=60))
    assert time.monotonic() - began < 5
    assert (result.facts["pareto"], result.facts["best"]) == ([], None)
    reasons = [each["reason"] for each in result.facts["not_tried"]]
    assert reasons[0] == "the budget ended while it was measured"
    assert set(reasons[1:]) == {"the budget was spent"}


def test_a_stop_keeps_what_is_done_and_a_resumed_search_does_the_rest(
    spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = ListReport(tmp_path / "run")
    monkeypatch.setattr(module, "measured_apart", Machine(during=lambda n: report.__setattr__("stop", n == "fp16")))
    first = auto(spec, report)
    assert (first.status, [part.facts["method"] for part in first.parts]) == ("stopped", ["bf16", "bnb-nf4"])
    assert {each["name"]: each["reason"] for each in first.facts["not_tried"]}[
        "fp32"
    ] == "the search was stopped before"
    machine = Machine()
    second, after = _search(spec, tmp_path / "run", monkeypatch, machine)
    assert machine.seen[:2] == [("fp16", 48), ("fp32", 48)]
    whole, _report = _search(spec, tmp_path / "other", monkeypatch, Machine())
    assert [part.metrics for part in second.parts] == [part.metrics for part in whole.parts]
    assert second.facts["pareto"] == whole.facts["pareto"]
    assert any("Going on" in event["text"] for event in after.events if event["kind"] == "message")


def test_a_kill_loses_what_was_measured_then_and_no_more(
    spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Ends the search without a word, as a kill does."""

    def die(name: str) -> None:
        if name == "fp32":
            raise Killed

    slow = Machine(seconds=0.5, during=die)
    with pytest.raises(Killed):
        _search(spec.replace(minutes=1), tmp_path / "run", monkeypatch, slow)
    machine = Machine()
    result, _report = _search(spec.replace(minutes=1), tmp_path / "run", monkeypatch, machine)
    assert machine.seen[0] == ("fp32", 48)
    assert all(rows == ROWS for _name, rows in machine.seen[1:])
    spent = sum(part.facts["seconds"] for part in result.parts if part.facts["fidelity"] == "part")
    assert result.facts["budget"]["spent_s"] >= spent > 0.05  # earlier attempts count


def test_few_rows_are_asked_at_once(spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine()
    few = spec.replace(data=spec.data.replace(limit=40), methods=("bf16", "bnb-nf4"))
    result, _report = _search(few, tmp_path / "run", monkeypatch, machine)
    assert machine.seen == [("bnb-nf4", 40), ("bf16", 40)]
    assert {part.facts["fidelity"] for part in result.parts} == {"all"}


def test_what_cannot_be_measured_is_a_part_with_its_reason(
    spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(method: Any) -> None:
        if method.name == "bnb-nf4":
            raise MissingPackageError("bitsandbytes", needed_for="bnb-nf4")

    monkeypatch.setattr("kit.experiments.auto.candidates.check_runs_here", missing)
    wrong = spec.replace(models=(*spec.models, str(tmp_path / "gone")), methods=("bf16", "bnb-nf4"))
    result, _report = _search(wrong, tmp_path / "run", monkeypatch, Machine())
    parts = {part.facts["method"]: (part.status, (part.error or {}).get("type")) for part in result.parts}
    tiny = Path(spec.models[0]).name
    assert parts[f"{tiny} bf16"] == ("finished", None)
    assert parts[f"{tiny} bnb-nf4"] == ("unsupported", "MissingPackageError")
    assert parts["gone bf16"] == ("failed", "ModelNotFoundError")
    assert result.facts["pareto"] == [f"{tiny} bf16"]


def test_without_optuna_there_is_one_clear_message(spec: AutoSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spec_module, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match="optuna is not installed") as caught:
        spec.look_ahead()
    assert "tunebook[search]" in caught.value.fix


def test_a_real_search_is_a_run_like_any_other(spec: AutoSpec) -> None:
    small = spec.replace(
        data=spec.data.replace(limit=30), methods=("bf16",), measures=("accuracy", "latency", "memory")
    )
    run = start(small.replace(new_tokens=2, requests=2)).wait(120)
    result = run.result
    assert run.status.state == "finished"
    assert result.facts["pareto"] == ["bf16"]
    assert all(part.metrics.keys() >= {"acc", "tpot_s", "max_ram_mib"} for part in result.parts)
    assert {row.facts["method"] for row in kit.ComparePanel(run).desk.rows()} == {"bf16"}


def test_times_that_alone_keep_a_variant_are_measured_again(
    spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """fp16 is less accurate and no smaller than bf16, and slower by too little for two measurements to tell."""
    monkeypatch.setitem(FAST, "fp16", 0.112)
    monkeypatch.setitem(RAM, "fp16", 1000.0)
    machine = Machine()
    result, _first = _search(spec.replace(methods=("bf16", "fp16")), tmp_path / "run", monkeypatch, machine)
    assert sorted(machine.seen[4:]) == [("bf16", ROWS), ("fp16", ROWS)]  # once more each, which is enough
    assert (result.facts["pareto"], set(result.facts["out"])) == (["bf16"], {"fp16"})
    assert {part.facts["method"]: part.facts["times_measured"] for part in result.parts} == {"bf16": 3, "fp16": 3}
    assert all("acc" in part.metrics for part in result.parts)
    again = Machine()
    second, _report = _search(spec.replace(methods=("bf16", "fp16")), tmp_path / "run", monkeypatch, again)
    assert (again.seen, second.facts["pareto"]) == ([], ["bf16"])


def test_times_too_close_to_tell_end_the_search(
    spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bf16 is 1 % faster than fp16 and better in all else: no two more measurements would show that."""
    monkeypatch.setitem(FAST, "fp16", 0.101)
    machine = Machine()
    result, _report = _search(spec.replace(methods=("bf16", "fp16")), tmp_path / "run", monkeypatch, machine)
    assert len(machine.seen) == 4  # a part and all rows of each, and nothing again
    assert result.facts["pareto"] == ["bf16", "fp16"]
    assert result.facts["budget"]["spent_s"] < 60


def test_the_first_choice_tells_rows_apart(spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bf16 would be chosen, but gives every row the same label."""
    result, report = _search(spec, tmp_path / "run", monkeypatch, Machine(same=("bf16",)))
    assert result.facts["pareto"] == ["bnb-nf4", "bf16"]
    assert result.facts["best"]["name"] == "bnb-nf4"
    assert result.facts["best"]["note"].endswith("how frequent that label is: bf16 always answers 'u'.")
    assert any(event.get("text", "").endswith("bf16 always answers 'u'.") for event in report.events)


def test_a_choice_that_knows_one_answer_is_called_doubtful(
    spec: AutoSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(same=("bf16", "bnb-nf4"))
    result, _report = _search(spec, tmp_path / "run", monkeypatch, machine)
    assert result.facts["best"]["name"] == "bf16"
    assert result.facts["best"]["note"].startswith("Doubtful: bf16 always answers 'u'")
    assert "best: bf16 (always answers 'u')" in repr(result)
