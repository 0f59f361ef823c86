"""Several runs beside each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit import beside
from kit.errors import ParameterError
from kit.jobs import Run
from kit.place import runs_folder
from kit.plots.reading import variant_name
from kit.result import Measurement, Result
from kit.widgets import ComparePanel


def leave(letters: str, *parts: Result, kind: str = "sweep", over: bool = True) -> Run:
    """Leave a sweep that measured `parts`."""
    folder = runs_folder() / f"20260101-000000-{kind}-{letters}"
    folder.mkdir(parents=True)
    spec = {"spec": "kit.experiments.spec:SweepSpec", "model": "m", "data": {"source": "finance-alerts"}}
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    events: list[dict[str, Any]] = [{"kind": "state", "state": "running"}]
    events += [{"kind": "record", "name": "variant", "data": part.to_dict()} for part in parts]
    if over:
        (folder / "result.json").write_text(Result(spec=spec, parts=parts).to_json(), encoding="utf-8")
        events.append({"kind": "state", "state": "finished"})
    (folder / "events.jsonl").write_text("".join(json.dumps({"t": 1.0, **e}) + "\n" for e in events), encoding="utf-8")
    about = {"created": 1e9, "cwd": "/", "origin": None}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    return Run(folder)


def part(method: str, right: list[bool], data: str = "finance-alerts", status: Any = "finished") -> Result:
    """The result of one variant that got these rows right."""
    return Result(
        spec={"variant": {"spec": "kit.engines.spec:Variant", "model": "m", "method": method}, "data": data},
        status=status,
        metrics={"acc": sum(right) / len(right), "acc_stderr": 0.02},
        measurements={"e2el_s": Measurement("e2el_s", "s", (1.0, 1.1))},
        facts={"method": method, "right": right},
    )


def test_variants_are_judged_against_the_first_across_runs() -> None:
    good, bad = [True] * 40, [True] * 10 + [False] * 30
    first, second = leave("aaaa", part("bf16", good)), leave("bbbb", part("bf16", bad), part("fp16", good))
    rows = beside(first, second).parts
    assert [variant_name(row) for row in rows] == ["bf16 · aaaa", "bf16 · bbbb", "fp16 · bbbb"]
    assert [row.facts["verdict"]["kind"] for row in rows] == ["reference", "worse", "no evidence"]
    assert [row.facts["run"] for row in rows] == [first.id, second.id, second.id]


def test_other_rows_give_no_verdict() -> None:
    first = leave("aaaa", part("bf16", [True] * 40))
    second = leave("bbbb", part("bf16", [True] * 40, data="other"))
    assert beside(first, second).parts[1].facts["verdict"] == {}


def test_a_sweep_that_is_going_on_gives_what_it_has() -> None:
    going = leave("aaaa", part("bf16", [True] * 4), part("fp16", [True] * 4, status="failed"), over=False)
    assert [variant_name(row) for row in beside(going).parts] == ["bf16 · aaaa"]


def test_an_evaluation_goes_by_its_method() -> None:
    lone = part("fp16", [True] * 4)
    result = Result(spec=lone.spec, metrics=lone.metrics, facts={"right": lone.facts["right"]})
    run = leave("eeee", kind="evaluate")
    (run.folder / "result.json").write_text(result.to_json(), encoding="utf-8")
    assert [variant_name(row) for row in beside(run).parts] == ["fp16 · eeee"]


def test_the_comparison_panel_takes_it() -> None:
    panel = ComparePanel(beside(leave("aaaa", part("bf16", [True] * 40)), leave("bbbb", part("fp16", [True] * 40))))
    assert "bf16 · aaaa" in panel.html()
    panel.desk.act("set", "", {"prompt": "Why?"})
    asked = panel.desk.spec()
    assert [(variant.model, variant.method) for variant in asked.variants] == [("m", "bf16"), ("m", "fp16")]


@pytest.mark.parametrize("given", [(), ("20260101-000000-sweep-aaaa",), (Path("x"),)])
def test_only_runs_are_compared(given: Any) -> None:
    with pytest.raises(ParameterError, match="find_run"):
        beside(*given)
