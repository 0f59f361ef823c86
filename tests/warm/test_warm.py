"""Processes that start with their libraries loaded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kit.cgroup import oom_kills
from kit.warm import Call, Process, read_note, start_call, worker_environment

TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def own_keeper(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give each test a keeper of its own, which is ended with it."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="tb"))
    monkeypatch.setenv("TUNEBOOK_RUNTIME", str(folder))
    monkeypatch.setenv("PYTHONPATH", f"{TESTS}:{TESTS / 'warm'}")
    yield folder
    for pid in keepers(folder):
        psutil.Process(pid).kill()
    shutil.rmtree(folder)


def keepers(folder: Path) -> list[int]:
    """Return the process ids of the keepers that live."""
    pids = [int(note.read_text(encoding="ascii")) for note in folder.glob("*.pid")]
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def ask(function: str, *arguments: object, warm: bool = True, **more: object) -> tuple[Process, str]:
    """Start a call, wait for its end and return it with what it printed."""
    read, write = os.pipe()
    call = Call(f"warmwork:{function}", arguments, worker_environment(), "/", streams=(None, 0, 0), **more)  # type: ignore[arg-type]
    process = start_call(call, [write], warm=warm)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as said:
        text = said.read()
    assert process.wait(30)
    return process, text.strip()


@pytest.mark.parametrize("warm", [True, False])
def test_a_call_has_its_arguments_environment_and_folder(warm: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_WORD_OF_OURS", "blue")
    process, said = ask("tell", "red", 3, warm=warm)
    assert said.splitlines()[-1] == "red 3 blue /"
    assert process.returncode == 0


def test_a_copy_is_a_process_like_a_fresh_one() -> None:
    _process, copied = ask("anatomy", preload=("numpy",))
    _process, fresh = ask("anatomy", warm=False)
    assert copied == fresh


def test_what_is_preloaded_is_there_at_once(own_keeper: Path) -> None:
    _process, said = ask("is_loaded", "sklearn", preload=("sklearn",))
    assert said == "True"
    _process, said = ask("is_loaded", "sklearn")
    assert said == "True"  # and stays
    _process, said = ask("is_loaded", "sklearn", warm=False)
    assert said == "False"
    assert len(keepers(own_keeper)) == 1


def test_copies_draw_different_numbers() -> None:
    assert ask("draw", preload=("numpy",))[1] != ask("draw", preload=("numpy",))[1]


@pytest.mark.parametrize("warm", [True, False])
@pytest.mark.parametrize(("function", "code"), [("leave_with_7", 7), ("fail", 1), ("die", -signal.SIGKILL)])
def test_the_end_is_told(function: str, code: int, warm: bool) -> None:
    assert ask(function, warm=warm)[0].returncode == code


def test_an_end_before_its_time_is_written_down(tmp_path: Path) -> None:
    process, _said = ask("die", note=str(tmp_path / "exit.json"))
    note = read_note(tmp_path / "exit.json")
    assert note is not None
    assert (note.pid, note.code) == (process.pid, -signal.SIGKILL)
    assert note.peak_mib > 5
    assert note.oom_kills == (None if oom_kills() is None else 0)
    ask("tell", 1, 2, note=str(tmp_path / "other.json"))
    assert read_note(tmp_path / "other.json") is None


def test_signals_reach_the_process() -> None:
    call = Call("warmwork:sleep", (), worker_environment(), "/")
    process = start_call(call, [])
    process.send_signal(signal.SIGTERM)
    assert process.wait(10)
    assert process.returncode == -signal.SIGTERM


def test_waiting_has_an_end() -> None:
    process = start_call(Call("warmwork:sleep", (), worker_environment(), "/"), [])
    began = time.monotonic()
    assert not process.wait(0.5)
    assert 0.4 < time.monotonic() - began < 3
    process.send_signal(signal.SIGKILL)
    assert process.wait(10)


def test_the_death_of_the_keeper_takes_nobody_along(own_keeper: Path) -> None:
    process = start_call(Call("warmwork:sleep", (6,), worker_environment(), "/"), [])
    while process.pid is None:
        time.sleep(0.01)
    for pid in keepers(own_keeper):
        os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    assert psutil.pid_exists(process.pid)
    assert process.wait(30)
    assert time.monotonic() - began > 0.5  # it was waited for, not given up
    assert process.returncode is None  # nobody saw how it ended
    assert ask("tell", 1, 2)[0].returncode == 0  # and there is a new one


def test_a_keeper_that_nobody_needs_goes(own_keeper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_WARM_IDLE_S", "0.5")
    ask("tell", 1, 2)
    until = time.monotonic() + 20
    while keepers(own_keeper):
        assert time.monotonic() < until
        time.sleep(0.1)
    assert not list(own_keeper.glob("*.sock"))
    assert ask("tell", 1, 2)[0].returncode == 0


def test_calls_at_the_moment_of_leaving_are_not_lost(own_keeper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_WARM_IDLE_S", "0.02")
    assert [ask("tell", i, i)[0].returncode for i in range(25)] == [0] * 25


def test_another_environment_for_libraries_gets_another_keeper(
    own_keeper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("tell", 1, 2)
    monkeypatch.setenv("UNRELATED", "1")
    ask("tell", 1, 2)
    assert len(keepers(own_keeper)) == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    ask("tell", 1, 2)
    assert len(keepers(own_keeper)) == 2


def test_a_folder_that_others_may_enter_is_not_used(own_keeper: Path) -> None:
    own_keeper.chmod(0o755)
    process, _said = ask("tell", 1, 2)
    assert process.returncode == 0
    assert not list(own_keeper.iterdir())


def test_zero_asks_for_fresh_processes_whose_end_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_WARM", "0")
    assert ask("is_loaded", "sklearn", preload=("sklearn",))[1] == "False"
    ask("die", note=str(tmp_path / "exit.json"))
    note = read_note(tmp_path / "exit.json")
    assert note is not None
    assert note.code == -signal.SIGKILL


def test_the_caller_stays_light() -> None:
    program = (
        "import sys; from kit.warm import Call, start_call, worker_environment\n"
        "start_call(Call('warmwork:is_loaded', ('torch',), worker_environment(), '/', preload=('json',)), []).wait()\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(("quota", "threads"), [(None, None), (0.5, "1"), (1.5, "2"), (4096.0, None)])
def test_a_quota_of_time_is_told_to_the_threads(
    quota: float | None, threads: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.warm.client.cpu_quota", lambda: quota)
    monkeypatch.setattr("kit.warm.client.os.cpu_count", lambda: 64)
    monkeypatch.setattr("kit.warm.client.os.sched_getaffinity", lambda _pid: range(64), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert worker_environment().get("OMP_NUM_THREADS") == threads
    monkeypatch.setenv("OMP_NUM_THREADS", "7")  # who says it knows better
    assert worker_environment()["OMP_NUM_THREADS"] == "7"
