"""What a terminal shows of runs: the bar, the list, the queue, the log while it grows, going on with what stopped."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from kit.changes import renamed
from kit.cli import main
from kit.jobs import Run, find_run, queue, runs, start
from kit.jobs.events import EventWriter
from kit.jobs.process import write_identity
from kit.jobs.start import create_run
from kit.report import Event
from kit.spec import Spec

TESTS = Path(__file__).parents[1]
TUNEBOOK = [sys.executable, "-m", "kit.cli"]


@pytest.fixture(autouse=True)
def importable_work(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process and the workers it starts import `tinywork`; stop every run that a test leaves."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.syspath_prepend(str(TESTS))
    yield
    for run in runs(state="living"):
        run.stop()
        run.wait(30)


def _thorough(steps: int, pause_s: float = 0.02) -> Spec:
    from tinywork import ThoroughSpec

    return ThoroughSpec(steps=steps, pause_s=pause_s)


def _hungry(steps: int = 500) -> Spec:
    from tinywork import HungrySpec

    return HungrySpec(steps=steps, pause_s=0.02, device="cuda:0")


def test_a_run_on_a_scheduler_that_is_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "spec.json"
    file.write_text(_thorough(3).to_json(), encoding="utf-8")
    assert main(["run", str(file), "--on", "tcp://127.0.0.1:1"]) == 2
    assert "No scheduler answers at tcp://127.0.0.1:1: Connection refused." in capsys.readouterr().err
    assert runs() == []


def _until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def _file(folder: Path, spec: Spec) -> str:
    (folder / "spec.json").write_text(spec.to_json(), encoding="utf-8")
    return str(folder / "spec.json")


def _terminal(*arguments: str, columns: int = 80, **environment: str) -> Any:
    kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    return pexpect.spawn(
        TUNEBOOK[0],
        [*TUNEBOOK[1:], *arguments],
        timeout=30,
        encoding="utf-8",
        dimensions=(24, columns),
        env={**kept, "TERM": "xterm", **environment},
    )


def test_a_bar_moves_while_a_run_goes_on(tmp_path: Path) -> None:
    terminal = _terminal("run", _file(tmp_path, _thorough(110, 0.03)))
    terminal.expect(r"\x1b\[1mcounting\x1b\[0m \x1b\[32m━+.*?\d+/110 numbers · \d+ numbers/s · a few seconds left")
    terminal.expect(r"\d+/110 · \d+ numbers/s · \d+ MB \(peak \d+\) · a few seconds left")
    terminal.expect("finished")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


@pytest.mark.parametrize("columns", [40, 60])
def test_the_bar_fits_a_narrow_terminal(columns: int, tmp_path: Path) -> None:
    terminal = _terminal("run", _file(tmp_path, _thorough(60, 0.03)), columns=columns, NO_COLOR="1")
    terminal.expect(pexpect.EOF)
    terminal.close()
    drawn = [line for line in re.split(r"\r\x1b\[2K", terminal.before) if line.startswith("counting ")]
    assert len(drawn) > 5
    assert all(len(line.split("\r\n")[0]) < columns for line in drawn)
    assert all("━" in line or "─" in line for line in drawn)
    assert "\x1b[3" not in terminal.before


def test_a_run_that_was_stopped_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = start(_thorough(150))
    _until(lambda: len(run.status.curves["number"]) > 20)
    run.stop()
    assert run.wait(30).status.state == "stopped"
    assert main(["resume", run.id[-4:]]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[0] == run.id
    assert shown.out.splitlines()[-1] == str(run.folder)
    assert (run.status.state, run.status.attempt) == ("finished", 2)
    assert run.result.facts["counted"] == list(range(150))
    assert main(["resume", run.id]) == 2
    assert "cannot be resumed: it is finished" in capsys.readouterr().err


def test_ctrl_c_tells_how_to_go_on_and_that_works(tmp_path: Path) -> None:
    terminal = _terminal("run", _file(tmp_path, _thorough(150)))
    terminal.expect(r"[2-9]\d/150")
    terminal.sendintr()
    terminal.expect(r"tunebook (resume \S+)")
    command = terminal.match[1]
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    terminal = _terminal(*command.split(), "--detach")
    terminal.expect(pexpect.EOF)
    run = find_run(command.split()[1])
    assert terminal.before.strip() == run.id
    assert run.wait(30).status.state == "finished"


def test_a_crash_tells_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def kill() -> None:
        _until(lambda: runs() and len(runs()[0].status.curves["number"]) > 5)
        os.kill(int(json.loads((runs()[0].folder / "process.json").read_text("utf-8"))["pid"]), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    assert main(["run", _file(tmp_path, _thorough(2000))]) == 1
    killer.join()
    assert f"Go on with it later: tunebook resume {runs()[0].id}" in capsys.readouterr().err


def test_a_spec_of_an_earlier_version_says_what_was_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = _thorough(2)
    monkeypatch.setattr(type(spec), "changes", (renamed("count", "steps", since="0.1"),))
    values = spec.to_dict()
    values["count"] = values.pop("steps")
    (tmp_path / "old.json").write_text(json.dumps(values), encoding="utf-8")
    assert main(["run", str(tmp_path / "old.json")]) == 0
    said = capsys.readouterr().err
    assert f"{tmp_path / 'old.json'}: count is called steps since version 0.1; it was read as such.\n" in said


@pytest.fixture
def leave() -> Iterator[Callable[[list[Event]], Run]]:
    """Leave a run of this process with these events, a second apart until now."""
    left = []

    def make(said: list[Event]) -> Run:
        run = create_run(_thorough(5))
        left.append(run.folder)
        write_identity(run.folder, os.getpid())
        writer = EventWriter(run.folder / "events.jsonl")
        for place, event in enumerate(said):
            writer.write({"t": time.time() - len(said) + place, **event})
        writer.close()
        return Run(run.folder)

    yield make
    for folder in left:
        shutil.rmtree(folder)


RUNNING: Event = {"kind": "state", "state": "running"}


def _steps(last: int) -> list[Event]:
    return [
        {"kind": "progress", "phase": "training", "done": step, "total": 300, "unit": "steps"}
        for step in range(last + 1)
    ]


def test_the_list_tells_how_far_each_run_is(
    leave: Callable[[list[Event]], Run], capsys: pytest.CaptureFixture[str]
) -> None:
    memory = {"kind": "memory", "pid": 1, "now_mib": 1200.0, "peak_mib": 2250.0}
    waiting = [RUNNING, {"kind": "state", "state": "queued", "cause": "Waits for cuda:0, which another uses."}]
    failed = {"kind": "state", "state": "failed", "cause": "The left sock is missing. " * 20}
    left = [leave([RUNNING, *_steps(100), memory]), leave(waiting), leave([RUNNING, memory, failed])]
    assert main(["runs"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line for line in lines}
    assert head.split() == ["ID", "KIND", "STATE", "PROGRESS", "SPEED", "MEMORY", "TIME", "CAUSE"]
    shown = r"running +training 100/300 steps +1\.0 steps/s +1\.3 GB \(peak 2\.4\) +3 min 20 s left"
    assert re.search(shown, rows[left[0].id])
    assert "Waits for cuda:0, which" in rows[left[1].id]
    assert "training" not in rows[left[1].id]
    assert re.search(r"failed .*peak 2\.4 GB +took 2\.0 s +The left sock .*…$", rows[left[2].id])
    assert max(map(len, lines)) <= 160
    assert all(line[head.index("KIND") :].startswith("thorough ") for line in lines)


def test_the_list_as_json_holds_it_too(leave: Callable[[list[Event]], Run], capsys: pytest.CaptureFixture[str]) -> None:
    memory = {"kind": "memory", "pid": 1, "now_mib": 1200.0, "peak_mib": 2250.0}
    run = leave([RUNNING, *_steps(100), memory])
    assert main(["runs", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["memory_mib"], said["memory_peak_mib"]) == (1200, 2250)
    assert said["throughput"] == [pytest.approx(1, rel=0.01), "steps/s"]
    assert said["eta_s"] == pytest.approx(200, abs=5)
    assert {field.name for field in dataclasses.fields(run.summary)} < set(said)


def test_the_queue_is_shown_and_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue"]) == 0
    assert "Nothing waits." in capsys.readouterr().err
    first, waiting = start(_hungry()), []
    _until(lambda: first.status.curves["number"])
    for _ in range(3):
        waiting.append(start(_hungry(1)))
        _until(lambda: waiting[-1].status.state == "queued")
    a, b, c = waiting
    assert main(["queue"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["PLACE", "ID", "WAITS", "FOR"]
    assert [line.split()[:2] for line in lines] == [["1", a.id], ["2", b.id], ["3", c.id]]
    assert f"Waits for cuda:0, which {first.id} uses." in lines[0]
    assert main(["queue", "move", c.id[-4:], "1"]) == 0
    assert [line.split()[1] for line in capsys.readouterr().out.splitlines()[1:]] == [c.id, a.id, b.id]
    assert queue() == [c, a, b]
    assert main(["queue", "now", b.id]) == 0
    assert b.wait(30).status.state == "finished"
    assert not first.status.over
    capsys.readouterr()
    for place in ("0", "-1"):
        assert main(["queue", "move", c.id, place]) == 2
        assert f"PLACE={place}" in capsys.readouterr().err
    assert main(["queue", "move", first.id, "1"]) == 2
    assert "does not wait in the queue" in capsys.readouterr().err


def test_a_run_can_begin_without_its_turn(tmp_path: Path) -> None:
    first = start(_hungry())
    _until(lambda: first.status.curves["number"])
    assert main(["run", "--now", _file(tmp_path, _hungry(1))]) == 0
    assert not first.status.over


def test_a_terminal_tells_what_a_run_waits_for(tmp_path: Path) -> None:
    first = start(_hungry())
    _until(lambda: first.status.curves["number"])
    terminal = _terminal("run", _file(tmp_path, _hungry(1)), columns=100, NO_COLOR="1")
    terminal.expect(f"queued · Waits for cuda:0, which {first.id} uses")
    first.stop()
    terminal.expect("finished")
    terminal.close()


def test_a_log_is_read_on_from_where_it_was(
    leave: Callable[[list[Event]], Run], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = leave([RUNNING])
    path, read = run.folder / "log.txt", []
    parts = [b"first line\n", "zwölf ".encode()[:3], "zwölf ".encode()[3:], b"\xff", "…\n".encode(), b"end"]

    def grow() -> None:
        for part in parts:
            with open(path, "ab") as file:
                file.write(part)
            time.sleep(0.05)
        writer = EventWriter(run.folder / "events.jsonl")
        writer.write({"t": time.time(), "kind": "state", "state": "finished"})
        writer.close()

    from kit.cli import runs as module

    monkeypatch.setattr(module, "_LOOK_S", 0.01)
    print_from = module._print_from
    monkeypatch.setattr(module, "_print_from", lambda run, at, decoder: read.append(at) or print_from(run, at, decoder))
    writer = threading.Thread(target=grow)
    writer.start()
    assert main(["log", "-f", run.id]) == 0
    writer.join()
    assert capsys.readouterr().out == "first line\nzwölf \ufffd…\nend"
    assert read == sorted(read)
    assert read[0] == 0 < read[-1] <= path.stat().st_size
