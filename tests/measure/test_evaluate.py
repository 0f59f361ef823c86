"""Everything that is measured of one variant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.engines.hf.engine import TransformersEngine
from kit.errors import Stopped, UnknownNameError
from kit.machine.speed import Speed
from kit.measure import EvaluateSpec, LoadSpec
from kit.measure.evaluate import evaluate
from kit.models import kept_errors
from kit.report import ListReport
from kit.result import Result


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> EvaluateSpec:
    return EvaluateSpec(
        variant=Variant(model=str(tiny_model), method="fp32"),
        data=DataSpec(source=str(rows_file), limit=40),
        requests=3,
        new_tokens=4,
        batch_size=16,
    )


def test_everything_is_measured(spec: EvaluateSpec, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = evaluate(spec, report)
    assert set(result.metrics) >= {
        *("acc", "acc_stderr", "macro_f1", "macro_f1_stderr", "perplexity", "perplexity_stderr"),
        *("ttft_s", "itl_s", "tpot_s", "e2el_s", "prefill_tokens_per_s", "decode_tokens_per_s"),
        *("request_throughput", "output_throughput"),
        *("max_ram_mib", "load_max_ram_mib", "weight_mib", "file_size_mib"),
    }
    assert {name: len(m.samples) for name, m in result.measurements.items()} == {
        "itl_s": 9,  # three gaps in each answer of four tokens
        **dict.fromkeys(("ttft_s", "tpot_s", "e2el_s", "prefill_tokens_per_s", "decode_tokens_per_s"), 3),
    }
    assert result.metrics["ttft_s"] == result.measurements["ttft_s"].p50
    assert result.metrics["perplexity"] > 1
    assert result.metrics["max_ram_mib"] > 50
    assert result.metrics["bits_per_weight"] == pytest.approx(32, rel=0.05)  # and the header of the file
    assert report.values("acc") == [result.metrics["acc"]]
    assert {e["phase"] for e in report.events if e["kind"] == "progress"} == {
        *("loading", "scoring", "reading", "timing", "weighing")
    }
    assert Result.from_dict(json.loads(result.to_json())) == result


def test_answers_are_kept_row_by_row(spec: EvaluateSpec, tmp_path: Path) -> None:
    result = evaluate(spec.replace(measures=("accuracy",)), ListReport(tmp_path))
    data = open_data(spec.data)
    lines = (tmp_path / result.artifacts["rows"]).read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert [row["row"] for row in rows] == list(range(40))
    assert [row["gold"] for row in rows] == list(data.answers)
    likeliest = [data.labels[row["logprobs"].index(max(row["logprobs"]))] for row in rows]
    assert [row["answer"] for row in rows] == likeliest
    assert result.facts["right"] == [int(row["answer"] == row["gold"]) for row in rows]
    assert result.metrics["acc"] == sum(result.facts["right"]) / 40
    assert result.provenance["data_hash"] == data.hash
    assert result.facts["rows"] == 40


def test_only_what_is_asked_for_is_measured(spec: EvaluateSpec, tmp_path: Path) -> None:
    result = evaluate(spec.replace(measures=("perplexity",)), ListReport(tmp_path))
    names = ("perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte")
    assert set(result.metrics) == {*names, *(f"{name}_stderr" for name in names), "load_max_ram_mib"}
    assert result.artifacts == {}
    assert result.facts["perplexity_rows"] == 40


@pytest.mark.parametrize("phase", ["scoring", "reading", "timing", "weighing"])
def test_it_stops_in_the_middle(
    spec: EvaluateSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(TransformersEngine, "close", lambda self: closed.append(True))
    report = _StopsIn(tmp_path, phase)
    with pytest.raises(Stopped):
        evaluate(spec, report)
    assert [e["phase"] for e in report.events if e["kind"] == "progress"][-1] == phase
    assert closed == [True]


@pytest.mark.parametrize(
    ("load", "least", "most"), [(LoadSpec(), 0.0, 1.0), (LoadSpec(kind="users", users=2), 1.05, 2.0)]
)
def test_users_share_a_model_that_answers_one_at_a_time(
    spec: EvaluateSpec, tmp_path: Path, load: LoadSpec, least: float, most: float
) -> None:
    """By Little's law, requests under way are throughput times time in the system: as many as users, or fewer."""
    result = evaluate(spec.replace(measures=("latency",), load=load, requests=6), ListReport(tmp_path))
    assert result.facts["load"]["load"] == load.name  # type: ignore[index]
    under_way = result.metrics["request_throughput"] * result.measurements["e2el_s"].mean
    assert least <= under_way <= most + 1e-6


def test_unknown_names_are_refused_before_anything_runs(spec: EvaluateSpec) -> None:
    with pytest.raises(UnknownNameError, match="perplexity"):
        spec.replace(measures=("perplexit",))
    with pytest.raises(UnknownNameError, match="bnb-nf4"):
        spec.replace(variant=spec.variant.replace(method="bnb-nf44"))


class _StopsIn(ListReport):
    def __init__(self, folder: Path, phase: str) -> None:
        super().__init__(folder)
        self._phase = phase

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        self.stop = self.stop or event.get("phase") == self._phase


def test_predictions_stand_beside_what_was_measured(
    spec: EvaluateSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = Speed("cpu", 20.0, {"fp32": 0.1}, op_s=2e-6, measured="2026-11-22T00:00:00+00:00")
    monkeypatch.setattr("kit.measure.foretold.known_speed", lambda: fast)
    monkeypatch.setattr("kit.measure.foretold._BUSY", 1.0)
    monkeypatch.setattr("kit.measure.foretold._LEAST_TOKENS", 0)
    asked = spec.replace(measures=("latency", "memory"))
    result = evaluate(asked, ListReport(tmp_path / "run"))
    told = result.facts["foretold"]
    assert set(told) == {"max_ram_mib", "prefill_tokens_per_s", "decode_tokens_per_s"}
    assert told["max_ram_mib"] == pytest.approx((asked.needs().memory_bytes or 0) / 2**20)
    assert {name: each.count for name, each in kept_errors().items()} == dict.fromkeys(told, 1)
    evaluate(asked, ListReport(tmp_path / "run"))
    assert kept_errors()["max_ram_mib"].count == 1, "carried out again on the same folder, nothing is measured anew"


def test_nothing_is_foretold_where_the_machine_was_never_measured(spec: EvaluateSpec, tmp_path: Path) -> None:
    result = evaluate(spec.replace(measures=("latency",)), ListReport(tmp_path))
    assert "foretold" not in result.facts
    assert kept_errors() == {}
