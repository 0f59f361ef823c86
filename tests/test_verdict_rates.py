"""The benchmark of verdicts, with few draws: its rates are near what is promised, and it can tell when they are not."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import verdicts


def test_rates_are_near_what_is_promised() -> None:
    draw = np.random.default_rng(1)
    null, apart = verdicts.rates(300, 0.2, 0.0, 3000, draw), verdicts.rates(300, 0.2, 0.05, 3000, draw)
    assert null["called"] == pytest.approx(0.05, abs=0.015)
    assert null["exact"] < null["called"]
    assert apart["covered"] == pytest.approx(0.95, abs=0.015)
    assert apart["called"] > 0.3
    assert verdicts.power(2000, draw) == pytest.approx(0.8, abs=0.04)
    assert verdicts.missed(0.2, 300, 1) / 300 == pytest.approx(0.05, abs=0.04)


def test_correction_shows() -> None:
    alone, together = verdicts.sweeps(600, np.random.default_rng(2))
    assert alone > 0.3
    assert together < 0.08


def test_the_last_line_is_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(verdicts, "GRID", [(50, 0.2)])
    monkeypatch.setattr(verdicts, "F1_ROWS", 30)
    monkeypatch.setattr(sys, "argv", ["verdicts", "--draws", "40", "--json"])
    verdicts.main()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["mcnemar_max_diff"] < 1e-12
    assert {"false_alarm_rate", "coverage", "bootstrap_false_alarm_rate", "bootstrap_coverage"} < set(told)
    assert told["settings"]["draws"] == 40
    assert len(told["grid"]) == 1


def test_it_has_a_command_line() -> None:
    done = subprocess.run([sys.executable, "-m", "benchmarks.verdicts", "--help"], capture_output=True, text=True)
    assert "keep what they promise" in done.stdout
