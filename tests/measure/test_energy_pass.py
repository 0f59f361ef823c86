"""Energy of answers: joules from counters that the test turns, and nothing where there are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tinyserver import tiny_server

from kit.data import DataSpec
from kit.engines import Variant
from kit.machine.energy import Counter, Found
from kit.measure import EvaluateSpec
from kit.measure.evaluate import evaluate
from kit.measure.passes import energy
from kit.report import ListReport
from kit.result import Result


def _spec(url: str, rows: Path) -> EvaluateSpec:
    return EvaluateSpec(
        variant=Variant(model="tiny", engine=url),
        data=DataSpec(source=str(rows), limit=10),
        measures=("energy",),
        requests=4,
        new_tokens=5,
    )


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """A machine that uses 10 W when it does nothing, by a clock of its own, and 2 J more for each token."""
    state = {"seconds": 100.0, "joules": 0.0}

    def sleep(seconds: float) -> None:
        state["seconds"] += seconds

    def read() -> int:
        return round((10 * state["seconds"] + state["joules"]) * 1e6)

    class Clock:
        perf_counter = staticmethod(lambda: state["seconds"])

    Clock.sleep = staticmethod(sleep)  # type: ignore[attr-defined]
    monkeypatch.setattr(energy, "time", Clock)
    monkeypatch.setattr(energy, "find_counters", lambda: Found((Counter("package-0", read),), ("no GPU tells",)))
    write = energy._write

    def writes(*args: object) -> int:
        tokens = write(*args)  # type: ignore[arg-type]
        state["seconds"] += 0.5
        state["joules"] += 2.0 * tokens
        return tokens

    monkeypatch.setattr(energy, "_write", writes)
    return state


def test_joules_are_told_with_and_without_what_doing_nothing_takes(
    machine: dict[str, float], rows_file: Path, tmp_path: Path
) -> None:
    with tiny_server() as server:
        report = ListReport(tmp_path)
        result = evaluate(_spec(server.url, rows_file), report)
    # An answer takes half a second: 5 J that the machine uses in any case, and 2 J for each of five tokens.
    assert result.metrics == {
        "idle_w": pytest.approx(10),
        "energy_j_per_request": pytest.approx(15),
        "energy_j_per_token": pytest.approx(3),
        "energy_above_idle_j_per_request": pytest.approx(10),
        "energy_above_idle_j_per_token": pytest.approx(2),
    }
    samples = result.measurements["energy_j"]
    assert (samples.unit, samples.samples) == ("J", pytest.approx((15, 15, 15, 15)))
    facts = result.facts["energy"]
    assert isinstance(facts, dict)
    assert (facts["tokens"], facts["counters"]) == (20, {"package-0": pytest.approx(60)})
    assert any("Energy is not whole: no GPU tells" in e["text"] for e in report.events if e["kind"] == "message")
    assert Result.from_dict(json.loads(result.to_json())) == result


def test_a_finished_pass_is_kept(machine: dict[str, float], rows_file: Path, tmp_path: Path) -> None:
    with tiny_server() as server:
        spec = _spec(server.url, rows_file)
        first = evaluate(spec, ListReport(tmp_path))
        asked = server.answers
        again = evaluate(spec, ListReport(tmp_path))
        assert server.answers == asked
    assert (again.metrics, again.measurements, again.facts) == (first.metrics, first.measurements, first.facts)


def test_where_the_machine_is_silent_there_is_a_reason_and_no_number(
    monkeypatch: pytest.MonkeyPatch, rows_file: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(energy, "find_counters", lambda: Found((), ("there is no intel-rapl",)))
    with tiny_server() as server:
        result = evaluate(_spec(server.url, rows_file), ListReport(tmp_path))
        assert server.answers == 0
    assert result.metrics == {}
    assert result.facts["not_measured"] == {"energy": "there is no intel-rapl"}


def test_the_counters_of_this_machine_do_not_tell_of_another(rows_file: Path, tmp_path: Path) -> None:
    found = energy._measured  # what is asked before any engine is opened
    spec = _spec("http://192.0.2.1:8000/v1", rows_file)

    class Asked:
        def __init__(self) -> None:
            self.spec, self.said = spec, {}

        def not_measured(self, measure: str, why: str) -> None:
            self.said[measure] = why

    asked = Asked()
    assert found(asked) is None  # type: ignore[arg-type]
    assert "another machine" in asked.said["energy"]
