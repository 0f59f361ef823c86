"""What is made aside: it fails with its reason, stops at once, calls nobody, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kit.engines import Variant
from kit.errors import Stopped
from kit.place import cache
from kit.quantization.aside import make_aside
from kit.quantization.load import load
from kit.report import Event, ListReport


class StopAt(ListReport):
    """Asks to stop some time after a phase has begun."""

    def __init__(self, folder: Path, phase: str, after_s: float) -> None:
        super().__init__(folder)
        self._phase, self._after_s = phase, after_s
        self._from = float("inf")

    def emit(self, event: Event) -> None:
        super().emit(event)
        if event.get("phase") == self._phase:
            self._from = time.monotonic() + self._after_s

    def stop_asked(self) -> bool:
        return time.monotonic() > self._from


def test_it_is_done_elsewhere(tmp_path: Path) -> None:
    make_aside("os:mkdir", (str(tmp_path / "made"),), ListReport(tmp_path))
    assert (tmp_path / "made").is_dir()


def test_a_failure_says_why(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match=r"FileNotFoundError: .*missing"):
        make_aside("os:rmdir", (str(tmp_path / "missing"),), ListReport(tmp_path))
    assert "Traceback" in capfd.readouterr().err  # for the log


def test_an_end_by_a_signal_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="SIGABRT"):
        make_aside("os:abort", (), ListReport(tmp_path))


def test_a_stop_leaves_nothing(tiny_model: Path, tmp_path: Path) -> None:
    report = StopAt(tmp_path, "writing the graph", 0.6)
    began = time.monotonic()
    with pytest.raises(Stopped):
        load(Variant(model=str(tiny_model), method="onnx-fp32"), report)
    assert time.monotonic() - began < 15
    assert list((cache() / "variants").iterdir()) == []


def test_nothing_is_sent_to_anybody(tiny_model: Path, tmp_path: Path) -> None:
    """OpenVINO's converter otherwise writes an identifier into the home folder and sends what it converts."""
    code = (
        "import sys, socket\n"
        "from kit.quantization.aside import main\n"
        "called = []\n"
        "socket.getaddrinfo = lambda *a, **k: called.append(a) or []\n"
        "main('kit.quantization.openvino.graph:write_graph', *sys.argv[1:])\n"
        "import nncf, openvino.tools.ovc.telemetry_utils as told\n"
        "assert type(nncf.telemetry.telemetry).__name__ == 'MagicMock'\n"
        "assert told.tm.__name__.endswith('telemetry_stub')\n"
        "assert not called and not sys.modules.get('openvino_telemetry')\n"
    )
    inner, lifeline = os.pipe()
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "NNCF_CI", "NNCF_DEV")}
    command = [sys.executable, "-c", code, str(tiny_model), str(tmp_path)]
    done = subprocess.run(
        command, stdin=inner, env={**kept, "HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    os.close(lifeline)
    os.close(inner)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "intel").exists()
    assert (tmp_path / "openvino_model.xml").exists()
