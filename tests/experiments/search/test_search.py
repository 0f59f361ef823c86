"""A search tries what is new, ends who falls behind, repeats nothing after an interruption, and says who leads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tinytrial

from kit.data import DataSpec
from kit.errors import KitError
from kit.experiments import SearchSpec
from kit.experiments.search.search import search
from kit.report import Event, ListReport
from kit.result import Result
from kit.spec import load_spec
from kit.tuning import TuneSpec

TESTS = Path(tinytrial.__file__).parent


@pytest.fixture(autouse=True)
def tiny_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let trials be tunings that take no time."""
    monkeypatch.setattr("kit.experiments.search.search._WORK", "tinytrial:tuned")


@pytest.fixture
def spec(rows_file: Path) -> SearchSpec:
    return _spec(rows_file)


def _spec(rows: Path, **more: Any) -> SearchSpec:
    tune = TuneSpec(model="smollm2-135m-instruct", data=DataSpec(source=str(rows)), rank=4, warmup_share=0.0)
    values: dict[str, Any] = {
        "tune": tune.replace(learning_rate=1e-4),
        "space": ("learning_rate=1e-5..1e-1 log", "rank=4,8,16"),
        "objectives": ("validation_loss",),
        "trials": 12,
        "pruning": "none",
        **more,
    }
    return SearchSpec(**values)


class _StopsAt(ListReport):
    """Asks to stop at the `n`-th event that has these values."""

    def __init__(self, folder: Path, n: int, **event: Any) -> None:
        super().__init__(folder)
        self._n, self._wanted = n, event

    def emit(self, event: Event) -> None:
        super().emit(event)
        self._n -= all(event.get(key) == value for key, value in self._wanted.items())
        self.stop = self.stop or self._n <= 0


def _trials(report: ListReport) -> list[int]:
    return [e["data"]["trial"] for e in report.events if e["kind"] == "record" and e["name"] == "trial"]


def _said(report: ListReport) -> str:
    return "\n".join(event["text"] for event in report.events if event["kind"] == "message")


def test_a_search_finds_what_leads_furthest(spec: SearchSpec, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = search(spec, report)
    rows = result.facts["trials"]
    assert (result.status, [row["state"] for row in rows]) == ("finished", ["finished"] * 12)
    assert rows[0]["settings"] == {"learning_rate": 1e-4, "rank": 4}, "the tuning as it was given comes first"
    assert len({json.dumps(row["settings"]) for row in rows}) == 12, "none twice"
    losses = {row["trial"]: row["values"]["validation_loss"] for row in rows}
    best = result.facts["best"]
    assert best["trial"] == min(losses, key=lambda n: losses[n])
    assert losses[best["trial"]] < losses[1] - 0.3
    made = load_spec(best["spec"])
    assert isinstance(made, TuneSpec)
    assert (made.learning_rate, made.rank) == (best["settings"]["learning_rate"], best["settings"]["rank"])
    assert made.code() == best["code"]
    assert tinytrial.loss_at(made, 1.0) == pytest.approx(losses[best["trial"]])
    assert result.facts["importance"]["validation_loss"]["learning_rate"] > 0.5
    assert result.facts["summary"].startswith(f"best: learning_rate={made.learning_rate!r}")
    assert "measure it on rows it was not chosen by" in _said(report)
    assert report.values("validation_loss") == [losses[best["trial"]]]
    assert report.values("trial 1/validation_loss") == [pytest.approx(1.25 + 1 - s / 4) for s in (1, 2, 3, 4)]


def test_only_the_best_adapter_is_kept_and_the_run_is_a_tuned_model(spec: SearchSpec, tmp_path: Path) -> None:
    result = search(spec, ListReport(tmp_path))
    adapters = sorted(str(path.parent.relative_to(tmp_path)) for path in tmp_path.rglob("adapter_model.safetensors"))
    assert adapters == ["artifacts/adapter", f"trials/{result.facts['best']['trial']:03}/artifacts/adapter"]
    assert result.artifacts == {"adapter": "artifacts/adapter"}
    kept = {part.facts["trial"]: part.artifacts for part in result.parts if part.artifacts}
    assert kept == {result.facts["best"]["trial"]: {"adapter": adapters[1]}}


def test_the_same_search_tries_the_same(spec: SearchSpec, tmp_path: Path) -> None:
    spec = spec.replace(trials=6)
    one, two = (search(spec, ListReport(tmp_path / name)) for name in ("one", "two"))
    assert [row["settings"] for row in one.facts["trials"]] == [row["settings"] for row in two.facts["trials"]]
    other = search(spec.replace(seed=1), ListReport(tmp_path / "three"))
    assert [row["settings"] for row in one.facts["trials"]] != [row["settings"] for row in other.facts["trials"]]


@pytest.mark.parametrize("pruning", [None, "median", "hyperband"])
def test_who_falls_behind_is_ended_early(spec: SearchSpec, tmp_path: Path, pruning: str | None) -> None:
    tune = spec.tune.replace(evaluations=8, learning_rate=tinytrial.BEST)
    spec = spec.replace(tune=tune, pruning=pruning, trials=12)
    assert spec.pruned_by == (pruning or "median")
    result = search(spec, ListReport(tmp_path))
    states = [part.facts["state"] for part in result.parts]
    assert set(states) == {"finished", "pruned"}
    best = result.facts["best"]["values"]["validation_loss"]
    for row, part in zip(result.facts["trials"], result.parts, strict=True):
        if row["state"] == "pruned":
            assert part.status == "stopped"
            assert len(row["curve"]) < 8
            made = load_spec(part.spec)
            assert isinstance(made, TuneSpec)
            assert tinytrial.loss_at(made, 1.0) >= best, "what was ended would not have led"


def test_several_objectives_have_a_front(spec: SearchSpec, tmp_path: Path) -> None:
    spec = spec.replace(objectives=("validation_loss", "trained_weights"), pruning=None)
    assert spec.pruned_by == "none"
    result = search(spec, ListReport(tmp_path))
    points = {
        row["trial"]: (row["values"]["validation_loss"], row["values"]["trained_weights"])
        for row in result.facts["trials"]
    }
    expected = [
        n
        for n, (loss, size) in points.items()
        if not any(x <= loss and y <= size and (x, y) != (loss, size) for x, y in points.values())
    ]
    assert result.facts["pareto"] == expected
    assert len(expected) > 1, "a higher rank is better and larger"
    assert result.facts["best"]["trial"] == min(expected, key=lambda n: points[n])
    others = {f"trial {n}/adapter" for n in expected if n != result.facts["best"]["trial"]}
    assert set(result.artifacts) == {"adapter", *others}
    assert all((tmp_path / path / "adapter_model.safetensors").is_file() for path in result.artifacts.values())


def test_a_space_that_is_used_up_ends_the_search(spec: SearchSpec, tmp_path: Path) -> None:
    result = search(spec.replace(space=("rank=4,8", "use_rslora=true,false")), ListReport(tmp_path))
    tried = {json.dumps(row["settings"]) for row in result.facts["trials"]}
    assert (result.status, len(result.parts), len(tried)) == ("finished", 4, 4)


def test_fields_that_do_not_go_together_are_not_tried(spec: SearchSpec, tmp_path: Path) -> None:
    spec = spec.replace(space=("method=lora,full", "quantization=none,bnb-nf4"))
    result = search(spec, ListReport(tmp_path))
    tried = {(row["settings"]["method"], row["settings"]["quantization"]) for row in result.facts["trials"]}
    assert tried == {("lora", None), ("lora", "bnb-nf4"), ("full", None)}


def test_a_search_that_was_stopped_repeats_nothing(spec: SearchSpec, tmp_path: Path) -> None:
    first = _StopsAt(tmp_path, 2, kind="metric", name="trial 4/validation_loss")
    stopped = search(spec, first)
    assert (stopped.status, _trials(first)) == ("stopped", [1, 2, 3])
    assert [row["state"] for row in stopped.facts["trials"]] == ["finished"] * 3 + ["running"]
    second = ListReport(tmp_path)
    whole = search(spec, second)
    assert (whole.status, _trials(second)) == ("finished", list(range(4, 13)))
    assert whole.facts["trials"][:3] == [
        {**row, "front": whole.facts["pareto"] == [row["trial"]]} for row in stopped.facts["trials"][:3]
    ]
    assert whole.facts["trials"][3]["settings"] == stopped.facts["trials"][3]["settings"]
    assert whole.parts[3].facts["resumed_at"] == [2], "it went on from what it had saved"
    assert [step for step, _loss in whole.facts["trials"][3]["curve"]] == [1, 2, 3, 4]
    third = ListReport(tmp_path)  # as after a crash between the last trial and the result
    assert search(spec, third).facts["trials"] == whole.facts["trials"]
    assert _trials(third) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
import tinytrial
import kit.experiments.search.search as module
from kit.report import Report
from kit.spec import load_spec

class Killed(Report):
    def emit(self, event):
        if event.get("name") == "trial 3/validation_loss" and event["step"] == 2:
            os.kill(os.getpid(), signal.SIGKILL)

module._WORK = "tinytrial:tuned"
module.search(load_spec(Path(sys.argv[1])), Killed(Path(sys.argv[2])))
"""


def test_nothing_is_lost_to_a_kill(spec: SearchSpec, tmp_path: Path) -> None:
    file, folder = tmp_path / "search.json", tmp_path / "run"
    file.write_text(spec.to_json(), encoding="utf-8")
    command = [sys.executable, "-c", _KILLED, str(file), str(folder)]
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(TESTS)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    report = ListReport(folder)
    result = search(spec, report)
    assert (result.status, _trials(report)) == ("finished", list(range(3, 13)))
    assert [row["trial"] for row in result.facts["trials"]] == list(range(1, 13))
    assert len({json.dumps(row["settings"]) for row in result.facts["trials"]}) == 12
    assert "done before: trial 1, trial 2." in _said(report)
    assert result.parts[2].facts["resumed_at"] == [1], "by what was on the disk when it was killed"


def test_other_rows_are_searched_anew(spec: SearchSpec, rows_file: Path, tmp_path: Path) -> None:
    spec = spec.replace(trials=2)
    search(spec, ListReport(tmp_path))
    rows_file.write_text(rows_file.read_text().replace("The share", "The stock"))
    report = ListReport(tmp_path)
    search(spec, report)
    assert _trials(report) == [1, 2]
    assert "the data has changed since" in _said(report)


@pytest.mark.parametrize("damage", ["{", '{"holds_for": {}, "values": {}}', "fields"])
def test_a_damaged_trial_costs_itself(spec: SearchSpec, tmp_path: Path, damage: str) -> None:
    spec = spec.replace(trials=3)
    before = search(spec, ListReport(tmp_path))
    piece = tmp_path / "checkpoint" / f"{spec.key}-trial-002.json"
    if damage == "fields":
        values = json.loads(piece.read_text())
        damage = json.dumps({**values, "values": {"number": 2}})
    piece.write_text(damage)
    report = ListReport(tmp_path)
    after = search(spec, report)
    assert "it is damaged" in _said(report)
    kept = [row["settings"] for row in after.facts["trials"]]
    assert len(kept) == 3
    assert [kept[0], before.facts["trials"][2]["settings"]] == [kept[0], kept[1]]


def test_the_minutes_end_it(spec: SearchSpec, tmp_path: Path) -> None:
    slow = spec.replace(tune=spec.tune.replace(warmup_share=0.1), minutes=2.0 / 60)
    report = ListReport(tmp_path)
    result = search(slow, report)
    states = [part.facts["state"] for part in result.parts]
    assert result.status == "finished"
    assert 1 <= states.count("finished") <= 5, "of 0.4 s each"
    assert result.facts["budget"]["seconds"] == pytest.approx(2)
    assert result.facts["budget"]["spent_s"] < 12
    told = [event for event in report.events if event.get("phase") == "searching"]
    assert {event["total"] for event in told} == {12}


def test_a_trial_is_cut_off_where_the_minutes_end(spec: SearchSpec, tmp_path: Path) -> None:
    slow = spec.replace(tune=spec.tune.replace(warmup_share=0.3), minutes=0.5 / 60)
    result = search(slow, ListReport(tmp_path))
    assert [part.facts["state"] for part in result.parts] == ["cut"]
    assert (result.status, result.facts["best"], result.artifacts) == ("finished", None, {})
    assert result.facts["summary"] == "trials: 1 cut off"


def test_trials_that_fail_stay_visible_and_are_tried_again(
    spec: SearchSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = spec.replace(space=("rank=4,14,16",))
    result = search(spec, ListReport(tmp_path))
    states = {row["settings"]["rank"]: (row["state"], row["error"]) for row in result.facts["trials"]}
    assert states == {4: ("finished", ""), 14: ("failed", "fourteen"), 16: ("finished", "")}
    assert result.status == "finished"
    real = tinytrial.tuned
    monkeypatch.setattr(tinytrial, "tuned", lambda spec, report: real(spec.replace(rank=15), report))
    report = ListReport(tmp_path)
    again = search(spec, report)
    assert [row["state"] for row in again.facts["trials"]] == ["finished"] * 3
    assert len(_trials(report)) == 1


def test_a_search_that_only_fails_gives_up(spec: SearchSpec, tmp_path: Path) -> None:
    spec = spec.replace(tune=spec.tune.replace(rank=14), space=("learning_rate=1e-5..1e-1 log",))
    result = search(spec, ListReport(tmp_path))
    assert (result.status, len(result.parts)) == ("failed", 3)
    assert result.error == {"type": "X", "message": "fourteen", "fix": ""}


def test_an_objective_that_no_tuning_reports_is_told(spec: SearchSpec, tmp_path: Path) -> None:
    result = search(spec.replace(objectives=("+validation_f1",)), ListReport(tmp_path))
    assert result.status == "failed"
    assert result.error is not None
    assert "reports no validation_f1" in result.error["message"]
    assert "validation_loss" in result.error["fix"]


def test_what_breaks_whoever_carries_out_can_be_resumed(spec: SearchSpec, tmp_path: Path) -> None:
    broken = spec.replace(tune=spec.tune.replace(rank=13), space=("learning_rate=1e-5..1e-1 log",))
    with pytest.raises(KitError, match="Thirteen"):
        search(broken, ListReport(tmp_path))
    (piece,) = (tmp_path / "checkpoint").glob("*-trial-*.json")
    assert json.loads(piece.read_text())["values"]["state"] == "running"


def test_a_result_goes_to_json_and_back(spec: SearchSpec, tmp_path: Path) -> None:
    result = search(spec.replace(trials=2), ListReport(tmp_path))
    assert Result.from_dict(json.loads(result.to_json())).to_json() == result.to_json()
