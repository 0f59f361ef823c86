"""A variant that a server runs, measured like any other; what the server does not tell is no number."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tinyserver import TinyServer, tiny_server

from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import ServerError, Stopped, UnsupportedError
from kit.measure import AnswerSpec, EvaluateSpec, LoadSpec
from kit.measure.answer import answer
from kit.measure.evaluate import evaluate
from kit.report import ListReport
from kit.result import Result


@pytest.fixture
def server() -> Iterator[TinyServer]:
    with tiny_server(first_s=0.01, gap_s=0.002) as running:
        yield running


@pytest.fixture
def spec(server: TinyServer, rows_file: Path) -> EvaluateSpec:
    return EvaluateSpec(
        variant=Variant(model="tiny", engine=server.url),
        data=DataSpec(source=str(rows_file), limit=20),
        measures=("latency", "memory"),
        requests=4,
        new_tokens=5,
    )


def test_its_latency_is_measured_and_its_memory_is_not_made_up(spec: EvaluateSpec, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = evaluate(spec, report)
    assert {name: len(m.samples) for name, m in result.measurements.items()} == {
        "itl_s": 16,
        **dict.fromkeys(("ttft_s", "tpot_s", "e2el_s", "prefill_tokens_per_s", "decode_tokens_per_s"), 4),
    }
    assert min(result.measurements["ttft_s"].samples) >= 0.01
    assert not {name for name in result.metrics if name.endswith(("_mib", "_w")) or "energy" in name}
    assert "a server does not tell" in result.facts["not_measured"]["memory"]  # type: ignore[index]
    assert (result.facts["variant"], result.facts["method"]) == (spec.variant.name, "remote")
    assert result.facts["load"]["tokens_counted"] == "by the server"  # type: ignore[index]
    assert result.provenance["model"]["source"] == spec.variant.engine
    assert Result.from_dict(json.loads(result.to_json())) == result
    assert any("Not measured: memory" in e["text"] for e in report.events if e["kind"] == "message")


def test_it_takes_a_turn_only_where_it_uses_this_machine(spec: EvaluateSpec) -> None:
    assert spec.needs().devices
    elsewhere = Variant(model="tiny", engine="https://models.example.org/v1")
    assert spec.replace(variant=elsewhere).needs().devices == ()


def test_its_accuracy_needs_scores(spec: EvaluateSpec, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"measures=\('latency',\)"):
        evaluate(spec.replace(measures=("accuracy",)), ListReport(tmp_path))


def test_a_server_that_is_gone_is_told_before_anything_is_measured(
    spec: EvaluateSpec, server: TinyServer, tmp_path: Path
) -> None:
    gone = spec.variant.replace(engine="http://127.0.0.1:9/v1")
    with pytest.raises(ServerError, match=r"http://127\.0\.0\.1:9/v1/models cannot be reached"):
        evaluate(spec.replace(variant=gone), ListReport(tmp_path))
    assert server.asked == []


def test_a_sweep_of_loads_has_a_part_for_each_and_names_the_knee(
    spec: EvaluateSpec, server: TinyServer, tmp_path: Path
) -> None:
    load = LoadSpec(kind="sweep", sweep_users=(1, 3), ttft_limit_s=10.0, e2el_limit_s=20.0)
    result = evaluate(spec.replace(measures=("latency",), load=load), ListReport(tmp_path))
    assert [part.facts["load"]["load"] for part in result.parts] == ["one user", "3 users at once"]
    assert server.most_at_once == 3
    for part in result.parts:
        assert part.metrics["goodput_share"] == 1.0
        assert part.metrics["goodput"] == pytest.approx(part.metrics["request_throughput"])
        assert EvaluateSpec.from_dict(part.spec).load.kind == "users"
    assert result.parts[1].metrics["request_throughput"] > result.parts[0].metrics["request_throughput"]
    assert result.metrics == result.parts[0].metrics
    knee = result.facts["knee"]
    assert isinstance(knee, dict)
    assert result.parts[knee["level"]].facts["load"]["load"] in knee["sentence"]
    assert "The limits are kept for 90% of the requests up to 3 users at once." in knee["sentence"]


def test_levels_that_are_done_are_kept_by_a_stop(spec: EvaluateSpec, server: TinyServer, tmp_path: Path) -> None:
    load = LoadSpec(kind="sweep", sweep_users=(1, 2, 3))
    spec = spec.replace(measures=("latency",), load=load)
    with pytest.raises(Stopped):
        evaluate(spec, _StopsAfter(tmp_path, 9))  # in the middle of the third level, of four requests each
    asked = server.answers
    report = ListReport(tmp_path)
    result = evaluate(spec, report)
    assert server.answers == asked + 4 + 3  # the third level alone, and its warm-up
    assert len(result.parts) == 3
    told = [e["done"] for e in report.events if e["kind"] == "progress" and e["phase"] == "timing"]
    assert (told[0], told[-1]) == (8, 12)


def test_failed_requests_are_counted_and_said(spec: EvaluateSpec, server: TinyServer, tmp_path: Path) -> None:
    server.behaviour.status, server.behaviour.fails, server.behaviour.message = 429, (3, 5), "slow down"
    report = ListReport(tmp_path)
    facts = evaluate(spec.replace(measures=("latency",)), report).facts["load"]
    assert isinstance(facts, dict)
    assert (facts["requests"], facts["failed"]) == (4, 2)
    assert list(facts["failures"].values()) == [2]
    said = [e["text"] for e in report.events if e["kind"] == "message"]
    assert any("2 of 4 requests failed" in text and "slow down" in text for text in said)


def test_answers_that_end_early_are_said(spec: EvaluateSpec, server: TinyServer, tmp_path: Path) -> None:
    server.behaviour.stops_after = 3
    report = ListReport(tmp_path)
    result = evaluate(spec.replace(measures=("latency",)), report)
    assert result.facts["load"]["short_answers"] == 4  # type: ignore[index]
    assert any("4 of 4 answers ended before 5 tokens" in e["text"] for e in report.events if e["kind"] == "message")


def test_it_answers_beside_a_local_one(server: TinyServer, tiny_model: Path, tmp_path: Path) -> None:
    served = Variant(model="tiny", engine=server.url)
    asked = AnswerSpec(variants=(served, Variant(model=str(tiny_model), method="fp32")), prompt="Hi", max_new_tokens=4)
    result = answer(asked, ListReport(tmp_path))
    remote, local = result.facts["answers"]  # type: ignore[misc]
    assert remote["text"] == "0 1 2 3 "
    assert remote["variant"] == served.name
    assert "weight_mib" not in remote
    assert local["weight_mib"] > 0
    assert [model["origin"] for model in result.provenance["models"]] == ["server", "local"]


def test_a_run_of_its_own_carries_it_out(spec: EvaluateSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    import kit

    monkeypatch.setenv("TUNEBOOK_WARM", "0")
    assert spec.libraries() == ()
    assert spec.replace(variant=Variant(model="tiny")).libraries()
    run = kit.start(spec).wait()
    assert run.status.state == "finished"
    result = run.result
    assert result.metrics["ttft_s"] >= 0.01
    assert os.fspath(result.folder or "")


class _StopsAfter(ListReport):
    def __init__(self, folder: Path, done: int) -> None:
        super().__init__(folder)
        self._done = done

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        self.stop = self.stop or (event.get("phase") == "timing" and event["done"] >= self._done)
